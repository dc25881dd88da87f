import { type BreastMask, breastMask } from './breast.js';
import { clahe } from './clahe.js';
import { ImageError } from './errors.js';
import { fromSource } from './geometry.js';
import {
  chestWallSide,
  composeOrientations,
  orientationToHeavierAbove,
  orientationToLeft,
  type Side,
} from './orientation.js';
import { breastValues, percentileWindow } from './percentileWindow.js';
import { bytes, cutOut, type Plane, planeOf, turned, words } from './plane.js';
import { resizePlane } from './resize.js';
import { rowSums } from './rowSums.js';
import type { Box, GreyImage, InputGeometry, Orientation, PreparationStep } from './types.js';

/** What `prepareGrey` gives: the network's input, rows × columns × channels with channels last, and its place. */
export interface PreparedGrey {
  input: Float32Array;
  geometry: InputGeometry;
}

/** An image on its way through the steps. */
interface Work {
  source: GreyImage;
  rows: number;
  columns: number;
  /** All of one size. */
  channels: Plane[];
  /** The same after the resize. */
  resized: Float32Array[] | undefined;
  crop: Box;
  orientation: Orientation;
  normalised: boolean;
  /** The breast is looked for once, on the source image. */
  mask: BreastMask | undefined;
}

/** What works on the grey values of the network's own size as well. */
const AFTER_RESIZE: ReadonlySet<PreparationStep['step']> = new Set(['clahe', 'window', 'normalise']);

/**
 * Brings an image to what a network takes in, by the steps of its bundle in their order. Training runs the same.
 *
 * @param mask where the breast is on the image, if that is known already
 * @throws ImageError `preparation-invalid` where the steps contradict each other: something after `normalise`, or
 *   cropping, turning or another resize after `resize`, or a window before it
 */
export function prepareGrey(image: GreyImage, steps: PreparationStep[], mask?: BreastMask): PreparedGrey {
  const work: Work = {
    source: image,
    rows: image.rows,
    columns: image.columns,
    channels: [planeOf(image)],
    resized: undefined,
    crop: { left: 0, top: 0, width: image.columns, height: image.rows },
    orientation: { flip: false, quarterTurns: 0 },
    normalised: false,
    mask,
  };
  let normalise = { mean: 0, deviation: 1 };
  for (const step of steps) {
    if (work.normalised) throw invalid(`${step.step} stands after normalise`);
    if (work.resized && !AFTER_RESIZE.has(step.step)) throw invalid(`${step.step} stands after resize`);
    switch (step.step) {
      case 'crop-to-breast':
        cropTo(work, breastBox(work, step.margin));
        break;
      case 'orient-chest-wall-left':
        orient(work, orientationToLeft(chestWallSideOf(work)));
        break;
      case 'orient-canonical':
        orient(work, orientationToLeft(chestWallSideOf(work)));
        orient(work, orientationToHeavierAbove(rowSums(work.channels[0]!)));
        break;
      case 'clahe':
        addClahe(work, step);
        break;
      case 'window':
        addWindow(work, step);
        break;
      case 'resize':
        resize(work, step.rows, step.columns);
        break;
      case 'normalise':
        if (!(step.deviation > 0)) throw invalid(`a deviation of ${step.deviation}`);
        normalise = step;
        work.normalised = true;
        break;
      default:
        throw invalid(`a step that there is not: ${JSON.stringify(step)}`);
    }
  }
  return {
    input: interleaved(work.resized ?? work.channels.map(words), normalise.mean, normalise.deviation),
    geometry: {
      sourceRows: image.rows,
      sourceColumns: image.columns,
      crop: work.crop,
      orientation: work.orientation,
      inputRows: work.rows,
      inputColumns: work.columns,
    },
  };
}

/** The breast's bounding box on the source, widened on each side by a fraction of its own size. */
function breastBox(work: Work, margin: number): Box {
  if (!(margin >= 0 && margin <= 0.5)) throw invalid(`a margin of ${margin}`);
  work.mask ??= breastMask(work.source);
  const { box } = work.mask;
  const dx = Math.round(box.width * margin);
  const dy = Math.round(box.height * margin);
  const left = Math.max(0, box.left - dx);
  const top = Math.max(0, box.top - dy);
  return {
    left,
    top,
    width: Math.min(work.source.columns, box.left + box.width + dx) - left,
    height: Math.min(work.source.rows, box.top + box.height + dy) - top,
  };
}

function cropTo(work: Work, box: Box): void {
  // Steps may come in any order: what is left of an earlier crop, in the frame that the image is in now.
  const left = Math.max(box.left, work.crop.left);
  const top = Math.max(box.top, work.crop.top);
  const right = Math.min(box.left + box.width, work.crop.left + work.crop.width);
  const bottom = Math.min(box.top + box.height, work.crop.top + work.crop.height);
  const frame = geometryOf(work);
  const a = fromSource(frame, { x: left, y: top });
  const b = fromSource(frame, { x: right, y: bottom });
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  const [width, height] = [Math.abs(a.x - b.x), Math.abs(a.y - b.y)];
  if (width === work.columns && height === work.rows) return;
  work.channels = work.channels.map((channel) => cutOut(channel, { left: x, top: y, width, height }));
  [work.rows, work.columns] = [height, width];
  work.crop = { left, top, width: right - left, height: bottom - top };
}

/** The chest wall's side in the frame that the image is in now. */
function chestWallSideOf(work: Work): Side {
  work.mask ??= breastMask(work.source);
  const side = chestWallSide(work.mask);
  const middle = { x: work.source.columns / 2, y: work.source.rows / 2 };
  const edge = {
    left: { x: 0, y: middle.y },
    right: { x: work.source.columns, y: middle.y },
    top: { x: middle.x, y: 0 },
    bottom: { x: middle.x, y: work.source.rows },
  }[side];
  const frame = geometryOf(work);
  const from = fromSource(frame, middle);
  const to = fromSource(frame, edge);
  if (Math.abs(to.x - from.x) > Math.abs(to.y - from.y)) return to.x < from.x ? 'left' : 'right';
  return to.y < from.y ? 'top' : 'bottom';
}

function orient(work: Work, orientation: Orientation): void {
  work.channels = work.channels.map((channel) => turned(channel, orientation));
  [work.rows, work.columns] = [work.channels[0]!.rows, work.channels[0]!.columns];
  work.orientation = composeOrientations(work.orientation, orientation);
}

function addClahe(work: Work, step: Extract<PreparationStep, { step: 'clahe' }>): void {
  const { rows, columns, resized } = work;
  const image = resized ? planeOf({ pixels: rounded(resized[0]!), rows, columns }) : work.channels[0]!;
  const pixels =
    step.bits === 8
      ? clahe(bytes(image), rows, columns, step, { overwrite: true })
      : clahe(words(image), rows, columns, step);
  const equalised = planeOf({ pixels, rows, columns });
  if (resized) {
    // `new` and not `from`, which is many times slower.
    const values = new Float32Array(words(equalised));
    if (step.as === 'channel') resized.push(values);
    else resized[0] = values;
    return;
  }
  if (step.as === 'channel') work.channels.push(equalised);
  else work.channels[0] = equalised;
}

function rounded(values: Float32Array): Uint16Array<ArrayBuffer> {
  const pixels = new Uint16Array(values.length);
  for (let i = 0; i < pixels.length; i++) pixels[i] = values[i]! + 0.5;
  return pixels;
}

function addWindow(work: Work, step: Extract<PreparationStep, { step: 'window' }>): void {
  if (!work.resized) throw invalid('window before resize');
  if (!(step.low >= 0 && step.low < step.high && step.high <= 100))
    throw invalid(`a window from ${step.low} to ${step.high} percent`);
  work.mask ??= breastMask(work.source);
  const image = work.resized[0]!;
  const values = percentileWindow(
    image,
    breastValues(image, geometryOf(work), work.mask),
    step.low,
    step.high,
  );
  if (step.as === 'channel') work.resized.push(values);
  else work.resized[0] = values;
}

function resize(work: Work, rows: number, columns: number): void {
  work.resized = work.channels.map((channel) => resizePlane(channel, rows, columns));
  // Nothing reads them at full resolution any more.
  work.channels = [];
  [work.rows, work.columns] = [rows, columns];
}

function geometryOf(work: Work): InputGeometry {
  return {
    sourceRows: work.source.rows,
    sourceColumns: work.source.columns,
    crop: work.crop,
    orientation: work.orientation,
    inputRows: work.rows,
    inputColumns: work.columns,
  };
}

function interleaved(
  channels: Array<Uint16Array | Float32Array>,
  mean: number,
  deviation: number,
): Float32Array {
  const count = channels.length;
  const out = new Float32Array(channels[0]!.length * count);
  channels.forEach((channel, c) => {
    for (let i = 0; i < channel.length; i++) out[i * count + c] = (channel[i]! / 65535 - mean) / deviation;
  });
  return out;
}

function invalid(what: string): ImageError {
  return new ImageError('preparation-invalid', `The preparation steps of the bundle have ${what}.`, {
    remedy:
      'Use a bundle whose steps crop and turn first, then resize, then window and equalise, then normalise.',
  });
}
