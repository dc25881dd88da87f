import { setImmediate as nextTurn } from 'node:timers/promises';
import { heatMapTrust, type ImageFinding, isMarkable } from '../findings/index.js';
import {
  attentionPlace,
  attentionRegion,
  blackLevel,
  type Completeness,
  gradCam,
  type HeatMap,
  integratedGradCam,
  occlusionMap,
} from '../gradcam/index.js';
import type { PreparedImage } from '../image/index.js';
import { type Bundle, calibrate, type Engine, type Inference } from '../model/index.js';

/** How heat maps are made. */
export type ExplainMethod = ({ method: 'grad-cam' } | { method: 'integrated-grad-cam'; steps: number }) & {
  /** Heat maps of a bundle whose heat maps failed their checks; withheld where left out. */
  failedHeatMaps?: 'draw' | undefined;
};

/** One image with the network's answer and where it looked. */
export interface ExplainedImage {
  image: PreparedImage;
  /** Undefined where it is withheld: the bundle's heat maps failed their checks. */
  heatMap: HeatMap | undefined;
  /** How far the heat map accounts for the answer, where the method measures that. */
  completeness: Completeness | undefined;
  finding: ImageFinding;
}

/** Heat map, calibrated probability and region of every image. Lets the event loop turn between images. */
export async function explain(
  images: PreparedImage[],
  inferences: Inference[],
  bundle: Bundle,
  engine: Engine,
  method: ExplainMethod,
): Promise<ExplainedImage[]> {
  const withheld = heatMapTrust(bundle, method.failedHeatMaps) === 'withheld';
  const explained: ExplainedImage[] = [];
  for (const [i, image] of images.entries()) {
    const inference = inferences[i]!;
    const { heatMap, completeness } = withheld
      ? { heatMap: undefined, completeness: undefined }
      : await heatMapOf(image, inference, bundle, engine, method);
    const probability = calibrate(bundle, inference.rawProbability);
    const positive = probability >= bundle.operatingPoint;
    const strongest = heatMap && attentionRegion(heatMap, image.geometry);
    const attention = strongest && attentionPlace(strongest, image.source, image.breast);
    // A region speaks of a finding: below the operating point there is none to point at.
    const region = positive && attention && isMarkable(attention) ? strongest : undefined;
    await nextTurn();
    explained.push({
      image,
      heatMap,
      completeness,
      finding: { source: image.source, probability, positive, region, attention },
    });
  }
  return explained;
}

async function heatMapOf(
  image: PreparedImage,
  inference: Inference,
  bundle: Bundle,
  engine: Engine,
  method: ExplainMethod,
): Promise<Pick<ExplainedImage, 'completeness'> & { heatMap: HeatMap }> {
  if (bundle.explanation === 'occlusion')
    return {
      heatMap: await occlusionMap(engine, { input: image.input, ...bundle.input }, inference.rawProbability),
      completeness: undefined,
    };
  if (method.method === 'grad-cam') return { heatMap: gradCam(inference), completeness: undefined };
  const baseline = blackLevel(bundle.input.preparation);
  return integratedGradCam(engine, image.input, { steps: method.steps, baseline });
}

/** How heat maps are made and what became of their checks, as algorithm parameters. */
export function heatMapParameters(
  bundle: Pick<Bundle, 'explanation' | 'heatMaps'>,
  method: ExplainMethod,
): string[] {
  const trust = heatMapTrust(bundle, method.failedHeatMaps);
  const checks = {
    passed: 'passed',
    unchecked: 'none made',
    withheld: 'failed, none drawn',
    failed: 'failed',
  };
  return [`heat-map=${methodName(bundle, method)}`, `heat-map-checks=${checks[trust]}`];
}

/** The method's name as captions and reports print it. A network without gradients has its own, whatever is set. */
export function methodName(bundle: Pick<Bundle, 'explanation'>, method: ExplainMethod): string {
  if (bundle.explanation === 'occlusion') return 'occlusion map, not Grad-CAM';
  return method.method === 'grad-cam' ? 'Grad-CAM' : `Integrated Grad-CAM, ${method.steps} steps`;
}
