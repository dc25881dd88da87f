import type { Inference } from '../model/index.js';
import { type HeatMap, HeatMapError, heatMapOf } from './heatMap.js';

/**
 * Grad-CAM (Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based
 * Localization", ICCV 2017, equations 1 and 2): each channel of the target layer is weighted by the mean of
 * its gradient over space, and what remains positive of the weighted sum is the map.
 *
 * Needs no further run of the network: activations and gradients come with the probability.
 *
 * @throws HeatMapError `inference-shape` when arrays and shape disagree, `heat-map-not-finite`.
 */
export function gradCam(inference: Pick<Inference, 'activations' | 'gradients' | 'featureShape'>): HeatMap {
  const { activations, gradients } = inference;
  const [rows, columns, channels] = checkedShape(inference);
  const cells = rows * columns;

  const weights = new Float64Array(channels);
  for (let i = 0, cell = 0; cell < cells; cell++) {
    for (let k = 0; k < channels; k++) weights[k]! += gradients[i++]!;
  }
  for (let k = 0; k < channels; k++) weights[k]! /= cells;

  const evidence = new Float32Array(cells);
  for (let i = 0, cell = 0; cell < cells; cell++) {
    let sum = 0;
    for (let k = 0; k < channels; k++) sum += weights[k]! * activations[i++]!;
    evidence[cell] = sum;
  }
  return heatMapOf(evidence, rows, columns);
}

/** Rows, columns, channels of the target layer, after checking that both arrays have that size. */
export function checkedShape(
  inference: Pick<Inference, 'activations' | 'gradients' | 'featureShape'>,
): [rows: number, columns: number, channels: number] {
  const [rows, columns, channels] = inference.featureShape;
  const size = rows * columns * channels;
  const { activations, gradients } = inference;
  if (!(size > 0) || activations.length !== size || gradients.length !== size) {
    throw new HeatMapError(
      'inference-shape',
      `The network returned ${activations.length} activations and ${gradients.length} gradients ` +
        `for a target layer of ${rows} x ${columns} x ${channels}.`,
      { remedy: "Check the model bundle: the target layer's outputs do not fit each other." },
    );
  }
  return [rows, columns, channels];
}
