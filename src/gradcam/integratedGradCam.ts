import { normalisationOf, type PreparationStep } from '../image/index.js';
import { type Engine, exactLogit, type Inference } from '../model/index.js';
import { checkedShape } from './gradCam.js';
import { type HeatMap, HeatMapError, heatMapOf } from './heatMap.js';

/** How far a path integral accounts for the network's answer. All in units of the class score (logit). */
export interface Completeness {
  /** Score of the image minus score of the baseline. */
  scoreDifference: number;
  /** Sum of the signed evidence over the whole map; equals `scoreDifference` in the limit of many steps. */
  explained: number;
  /**
   * `explained / scoreDifference`: 1 is a full account. Undefined where the two scores hardly differ (there
   * is nothing to account for) or a probability is so close to 0 or 1 that its logit is lost.
   */
  ratio: number | undefined;
}

export interface IntegratedGradCam {
  heatMap: HeatMap;
  completeness: Completeness;
  /** The network's answer about the image itself, which the path ends with. */
  inference: Inference;
}

/** Inputs given to the engine at once: bounds the memory that activations and gradients take. */
const BATCH = 8;
const SMALLEST_DIFFERENCE = 1e-3;

/**
 * Integrated Grad-CAM (Sattarzadeh et al., "Integrated Grad-CAM: Sensitivity-Aware Visual Explanation of
 * Deep Convolutional Networks via Integrated Gradient-Based Scoring", ICASSP 2021): Grad-CAM asks for the
 * score's slope at the image alone, where a confident network is saturated; here the slope is followed along
 * the straight line from a baseline without tissue to the image.
 *
 * The evidence of a cell is the line integral of gradient · d(activation) over its channels, by the
 * trapezoidal rule. For networks that end in global average pooling the gradient is the same everywhere in a
 * channel, and the weights are Grad-CAM's; for others the gradient is taken cell by cell, because only then
 * the evidence adds up to the score (completeness, Sundararajan et al. 2017; Dhamdhere et al. 2019 for hidden
 * layers). How well it does is measured and returned.
 *
 * @param input network input as the bundle says, rows × columns × channels.
 * @param options.steps intervals on the path, at least 1; the network runs `steps + 1` times.
 * @param options.baseline value of an image without tissue (see `blackLevel`); the input's smallest value if
 *   left out, which is the same wherever any background is in the picture.
 * @throws HeatMapError `integrated-grad-cam-steps`, `inference-shape`, `heat-map-not-finite`.
 */
export async function integratedGradCam(
  engine: Pick<Engine, 'infer'>,
  input: Float32Array,
  options: { steps: number; baseline?: number },
): Promise<IntegratedGradCam> {
  const { steps } = options;
  if (!Number.isInteger(steps) || steps < 1) {
    throw new HeatMapError('integrated-grad-cam-steps', `Integrated Grad-CAM cannot take ${steps} steps.`, {
      remedy: 'Set explain.steps to a whole number from 1 on; 20 is usual.',
    });
  }
  const baseline = options.baseline ?? smallest(input);

  let evidence = new Float64Array(0);
  let previous: Inference | undefined;
  let firstScore = Number.NaN;
  for (let from = 0; from <= steps; from += BATCH) {
    const inputs: Float32Array[] = [];
    for (let step = from; step < from + BATCH && step <= steps; step++) {
      inputs.push(step === steps ? input : onThePath(input, baseline, step / steps));
    }
    for (const inference of await engine.infer(inputs)) {
      if (previous === undefined) {
        const [rows, columns] = checkedShape(inference);
        evidence = new Float64Array(rows * columns);
        firstScore = exactLogit(inference.rawProbability);
      } else {
        addInterval(evidence, previous, inference);
      }
      previous = inference;
    }
  }

  const inference = previous!;
  const scoreDifference = exactLogit(inference.rawProbability) - firstScore;
  const explained = evidence.reduce((sum, value) => sum + value, 0);
  const measurable = Number.isFinite(scoreDifference) && Math.abs(scoreDifference) >= SMALLEST_DIFFERENCE;
  return {
    heatMap: heatMapOf(Float32Array.from(evidence), inference.featureShape[0], inference.featureShape[1]),
    completeness: { scoreDifference, explained, ratio: measurable ? explained / scoreDifference : undefined },
    inference,
  };
}

/** What a black pixel is in the network's input: the baseline of an image without tissue. */
export function blackLevel(preparation: readonly PreparationStep[]): number {
  const { mean, deviation } = normalisationOf(preparation);
  return (0 - mean) / deviation;
}

function onThePath(input: Float32Array, baseline: number, t: number): Float32Array {
  return input.map((value) => baseline + t * (value - baseline));
}

function smallest(input: Float32Array): number {
  return input.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
}

/** Adds ∫ gradient · d(activation) between two neighbouring points of the path, cell by cell. */
function addInterval(evidence: Float64Array, a: Inference, b: Inference): void {
  const channels = checkedShape(b)[2];
  for (let i = 0, cell = 0; cell < evidence.length; cell++) {
    let sum = 0;
    for (let k = 0; k < channels; k++, i++) {
      sum += (a.gradients[i]! + b.gradients[i]!) * (b.activations[i]! - a.activations[i]!);
    }
    evidence[cell]! += sum / 2;
  }
}
