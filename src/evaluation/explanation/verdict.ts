import { mean } from '../statistics/index.js';
import type { PerturbationCheck } from './types.js';

/** `cannot tell`: blurring drives the answer, wherever it is done. */
export type Verdict = 'shown' | 'not shown' | 'cannot tell';

/** A rise of the probability above the intact image's that is more than wobble. */
const CLEAR = 0.05;

/** Whether the hot places were shown to carry the answer: by how the first half of the cells changes it. */
export function perturbationVerdict(
  { deletion, insertion }: PerturbationCheck,
  which: 'deletion' | 'insertion',
): Verdict {
  const { map, moved, difference } = which === 'deletion' ? deletion : insertion;
  const half = (curve: number[]) => curve.slice(1, Math.floor(curve.length / 2) + 1);
  const intact = which === 'deletion' ? map[0]! : map.at(-1)!;
  // Where hot and random places alike take it above the intact image's answer, the blur is evidence to the network.
  if ([map, moved].every((curve) => Math.max(...half(curve)) > intact + CLEAR)) return 'cannot tell';
  const [low, high] = difference.interval ?? [0, 0];
  if (which === 'insertion') return low > 0 ? 'shown' : 'not shown';
  return high < 0 && mean(half(map)) < intact ? 'shown' : 'not shown';
}
