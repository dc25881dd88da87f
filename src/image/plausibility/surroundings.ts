import type { Sight } from './types.js';

/**
 * How bright a part of the image is, 0 to 255: a quarter of its blocks is darker than `low`, a quarter brighter than
 * `high`.
 */
export interface Brightness {
  low: number;
  median: number;
  high: number;
}

const LEVELS = 256;

/** The breast, and what lies around it; a part without any block has 0 throughout. */
export function surroundings({ reduced, mask }: Sight): { breast: Brightness; background: Brightness } {
  const counts = [new Uint32Array(LEVELS), new Uint32Array(LEVELS)] as const;
  for (let at = 0; at < mask.pixels.length; at++) {
    const level = reduced.means[at]! >> 8;
    const part = counts[mask.pixels[at] === 1 ? 1 : 0];
    part[level] = part[level]! + 1;
  }
  return { background: brightness(counts[0]), breast: brightness(counts[1]) };
}

function brightness(counts: Uint32Array): Brightness {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const levelOf = (share: number) => {
    let sum = 0;
    for (let level = 0; level < LEVELS; level++) {
      sum += counts[level]!;
      if (sum > share * total) return level;
    }
    return 0;
  };
  return { low: levelOf(0.25), median: levelOf(0.5), high: levelOf(0.75) };
}
