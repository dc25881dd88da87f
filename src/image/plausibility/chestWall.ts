import { chestWallSide } from '../orientation.js';
import type { BreastMask } from '../types.js';
import type { Implausibility, Sight } from './types.js';

/** Between the chest wall and the image's edge, of the image's breadth; real mammograms have 0.025 at the most. */
const MOST_APART = 0.2;
/** Of the breast's lines that begin at the chest wall; real mammograms have 0.69 and more, and all but a few 0.83. */
const LEAST_STRAIGHT = 0.6;
/** How far into the breast's breadth a line may begin that counts as one that begins at the chest wall. */
const AT_THE_WALL = 0.05;
/**
 * How much of the breast's breadth, or of its length along the chest wall, may end in one straight line. Where a paddle
 * or the skin of the belly cuts it off the breadth reaches 0.56; the length reaches 0.28.
 */
const MOST_SEVERED = { across: 0.75, along: 0.6 };
/** Of the image, at each of its edges: film and paddle have straight borders there. */
const BORDER = 1 / 8;

/**
 * What lies along the chest wall: a breast is straight there, and only there, and reaches the image's edge. A part that
 * was not read or not sent leaves a straight end somewhere else.
 */
export function chestWallReason({ mask }: Sight): Implausibility | undefined {
  const breast = fromChestWall(mask);
  const { isBreast, depth, first, length, apart, reach } = breast;
  if (apart > MOST_APART * depth || longestEnd(breast) > 1)
    return {
      code: 'implausible-part-missing',
      reason: 'A part of the image is missing: the breast ends in a straight line, with nothing beyond it.',
    };
  let [straight, count] = [0, 0];
  for (let line = first; line < first + length; line++) {
    let from = apart;
    while (from < apart + reach && !isBreast(line, from)) from++;
    if (from === apart + reach) continue;
    count++;
    if (from - apart <= AT_THE_WALL * reach) straight++;
  }
  if (straight < LEAST_STRAIGHT * count)
    return {
      code: 'implausible-shape',
      reason: 'What stands out in the image is nowhere straight, as a breast is along the chest wall.',
    };
  return undefined;
}

/** A mask whose chest wall lies at depth 0, whatever side of the image that is. */
interface WallView {
  /** Whether a block is breast, by its line across the chest wall and its depth from the image's edge there. */
  isBreast(line: number, depth: number): boolean;
  /** Lines of the image, and blocks in each. */
  count: number;
  depth: number;
  /** Lines of the breast: the first, and how many. */
  first: number;
  length: number;
  /** Depth at which the breast begins, and how far it reaches from there. */
  apart: number;
  reach: number;
}

function fromChestWall(mask: BreastMask): WallView {
  const { pixels, rows, columns } = mask;
  const { left, top, width, height } = mask.bounds;
  const side = chestWallSide(mask);
  const upright = side === 'left' || side === 'right';
  const depth = upright ? columns : rows;
  const begins = { left, right: columns - left - width, top, bottom: rows - top - height };
  const turned = side === 'right' || side === 'bottom';
  const isBreast = (line: number, at: number) => {
    const place = turned ? depth - 1 - at : at;
    return pixels[upright ? line * columns + place : place * columns + line] === 1;
  };
  const count = upright ? rows : columns;
  const [first, length, reach] = upright ? [top, height, width] : [left, width, height];
  return { isBreast, count, depth, first, length, apart: begins[side], reach };
}

/** The longest straight end of the breast away from the image's borders, as a multiple of the longest allowed. */
function longestEnd({ isBreast, count, depth, length }: WallView): number {
  let [broadest, across] = [1, 0];
  for (let line = Math.ceil(count * BORDER); line < count - count * BORDER; line++) {
    let breadth = 0;
    for (let at = 0; at < depth; at++) if (isBreast(line, at)) breadth++;
    broadest = Math.max(broadest, breadth);
    across = Math.max(
      across,
      longestRun(depth, (at) => isBreast(line, at) !== isBreast(line - 1, at)),
    );
  }
  let along = 0;
  for (let at = Math.ceil(depth * BORDER); at < depth - depth * BORDER; at++)
    along = Math.max(
      along,
      longestRun(count, (line) => isBreast(line, at - 1) && !isBreast(line, at)),
    );
  return Math.max(across / broadest / MOST_SEVERED.across, along / length / MOST_SEVERED.along);
}

function longestRun(length: number, holds: (at: number) => boolean): number {
  let [longest, run] = [0, 0];
  for (let at = 0; at < length; at++) {
    run = holds(at) ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}
