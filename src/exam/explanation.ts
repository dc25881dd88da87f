import { attentionRegion, blackLevel, gradCam, type HeatMap, integratedGradCam } from '../gradcam/index.js';
import type { PreparedImage } from '../image/index.js';
import { type Bundle, calibrate, type Engine, type ImageFinding, type Inference } from '../model/index.js';
import type { ExamSettings } from './types.js';

/** One image with the network's answer and where it looked. */
export interface ExplainedImage {
  image: PreparedImage;
  heatMap: HeatMap;
  finding: ImageFinding;
}

export async function explain(
  images: PreparedImage[],
  inferences: Inference[],
  bundle: Bundle,
  engine: Engine,
  method: ExamSettings['explain'],
): Promise<ExplainedImage[]> {
  const explained: ExplainedImage[] = [];
  for (const [i, image] of images.entries()) {
    const inference = inferences[i]!;
    const heatMap = await heatMapOf(image, inference, bundle, engine, method);
    const probability = calibrate(bundle, inference.rawProbability);
    const positive = probability >= bundle.operatingPoint;
    // A region speaks of a finding: below the operating point there is none to point at.
    const region = positive ? attentionRegion(heatMap, image.geometry) : undefined;
    explained.push({ image, heatMap, finding: { source: image.source, probability, positive, region } });
  }
  return explained;
}

async function heatMapOf(
  image: PreparedImage,
  inference: Inference,
  bundle: Bundle,
  engine: Engine,
  method: ExamSettings['explain'],
): Promise<HeatMap> {
  if (method.method === 'grad-cam') return gradCam(inference);
  const baseline = blackLevel(bundle.input.preparation);
  const { heatMap } = await integratedGradCam(engine, image.input, { steps: method.steps, baseline });
  return heatMap;
}

/** The method's name as captions and reports print it. */
export function methodName(method: ExamSettings['explain']): string {
  return method.method === 'grad-cam' ? 'Grad-CAM' : `Integrated Grad-CAM, ${method.steps} steps`;
}
