import { planeOf, words } from './plane.js';
import {
  contradictionIn,
  geometryOf,
  invalidSteps,
  type PreparationStep,
  rowOf,
  type WorkingImage,
} from './steps/index.js';
import type { BreastMask, GreyImage, InputGeometry } from './types.js';

/** What `prepareGrey` gives: the network's input, rows × columns × channels with channels last, and its place. */
export interface PreparedGrey {
  input: Float32Array;
  geometry: InputGeometry;
}

/**
 * Brings an image to what a network takes in, by the steps of its bundle in their order. Training runs the same.
 *
 * @param mask where the breast is on the image, if that is known already
 * @throws ImageError `preparation-invalid` where the steps contradict each other: something after `normalise`, or
 *   cropping, turning or another resize after `resize`, or a window before it
 */
export function prepareGrey(image: GreyImage, steps: PreparationStep[], mask?: BreastMask): PreparedGrey {
  const work: WorkingImage = {
    source: image,
    rows: image.rows,
    columns: image.columns,
    channels: [planeOf(image)],
    resized: undefined,
    crop: { left: 0, top: 0, width: image.columns, height: image.rows },
    orientation: { flip: false, quarterTurns: 0 },
    normalisation: undefined,
    mask,
  };
  const contradiction = contradictionIn(steps);
  if (contradiction !== undefined) throw invalidSteps(contradiction);
  for (const step of steps) {
    const row = rowOf(step);
    if (row === undefined) throw invalidSteps(`a step that there is not: ${JSON.stringify(step)}`);
    row.run(work, step);
  }
  return { input: interleaved(work), geometry: geometryOf(work) };
}

function interleaved({ resized, channels: planes, normalisation }: WorkingImage): Float32Array {
  const channels: (Uint16Array | Float32Array)[] = resized ?? planes.map(words);
  const { mean, deviation } = normalisation ?? { mean: 0, deviation: 1 };
  const count = channels.length;
  const out = new Float32Array(channels[0]!.length * count);
  channels.forEach((channel, c) => {
    for (let i = 0; i < channel.length; i++) out[i * count + c] = (channel[i]! / 65535 - mean) / deviation;
  });
  return out;
}
