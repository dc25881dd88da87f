import { orientationRule } from '../../dataset/index.js';
import type { BreastMask, GreyImage, InputGeometry } from '../../image/index.js';

/** Single numbers about an image that have nothing to do with a lesion. None should tell the classes apart. */
export interface PlainFigures {
  /** Left-right minus top-bottom difference in brightness, of the image as it lies in its file. */
  orientation: number;
  /** The same of the network's input. */
  orientationPrepared: number;
  /** Mean brightness of the whole image, 0 black to 1 white. */
  brightness: number;
  /** Mean of the network's input. */
  brightnessPrepared: number;
  /** Mean brightness outside the breast; undefined where no background was found. */
  brightnessOutside: number | undefined;
  /** Share of the image that the breast covers; undefined where no background was found. */
  breastShare: number | undefined;
}

export function plainFiguresOf(
  image: GreyImage,
  mask: BreastMask,
  input: Float32Array,
  geometry: InputGeometry,
): PlainFigures {
  const whole = new Float32Array(image.pixels.length);
  for (let i = 0; i < whole.length; i++) whole[i] = image.pixels[i]! / 65535;
  const size = { rows: geometry.inputRows, columns: geometry.inputColumns };
  const channels = input.length / (size.rows * size.columns);
  let [sum, count, covered] = [0, 0, 0];
  for (let row = 0; row < image.rows; row++)
    for (let column = 0; column < image.columns; column++) {
      const block = Math.floor(row / mask.block) * mask.columns + Math.floor(column / mask.block);
      if (mask.pixels[block] === 1) covered++;
      else {
        sum += whole[row * image.columns + column]!;
        count++;
      }
    }
  return {
    orientation: orientationRule(whole, { rows: image.rows, columns: image.columns, channels: 1 }),
    orientationPrepared: orientationRule(input, { ...size, channels }),
    brightness: meanOf(whole),
    brightnessPrepared: meanOf(input),
    brightnessOutside: mask.found && count > 0 ? sum / count : undefined,
    breastShare: mask.found ? covered / whole.length : undefined,
  };
}

function meanOf(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
