import type { Implausibility, Sight } from './types.js';

const WHITE = 65535;
/** Standard deviation of all blocks, of white; of 730 real mammograms the flattest has 0.067. */
const LEAST_SPREAD = 0.02;
/** Of the breast's blocks; a real one had 0.35, the next 0.08. */
const MOST_WHITE = 0.6;
const ALMOST_WHITE = 0.98 * WHITE;
/** Pixels along the breast's longer side; real mammograms reduced to 227 pixels have 165 and more. */
const FEWEST_PIXELS = 80;

/** Whether there is anything in the image, pixels enough to show it, and whether the breast is more than white. */
export function contentReason({ reduced, mask }: Sight): Implausibility | undefined {
  const { means } = reduced;
  let sum = 0;
  let squares = 0;
  for (const value of means) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / means.length;
  const spread = Math.sqrt(Math.max(0, squares / means.length - mean * mean));
  if (spread < LEAST_SPREAD * WHITE) {
    const shade = mean < 0.1 * WHITE ? 'black' : mean > 0.9 * WHITE ? 'white' : 'grey';
    return { code: 'implausible-blank', reason: `The image is blank: nearly all of it is ${shade}.` };
  }
  const long = Math.max(mask.box.width, mask.box.height);
  if (long < FEWEST_PIXELS)
    return {
      code: 'implausible-coarse',
      reason: `The image is too coarse: what it shows is ${long} pixels long, and ${FEWEST_PIXELS} are the least.`,
    };
  let breast = 0;
  let white = 0;
  for (let at = 0; at < means.length; at++) {
    if (mask.pixels[at] === 0) continue;
    breast++;
    if (means[at]! >= ALMOST_WHITE) white++;
  }
  if (white > MOST_WHITE * breast)
    return {
      code: 'implausible-saturated',
      reason: 'The image is saturated: most of the breast is plain white.',
    };
  return undefined;
}
