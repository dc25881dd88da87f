import type { Random } from './random.js';

/**
 * Mixes each image of a batch with another one, the truth with it (mixup, Zhang et al. 2018). The share of the other is
 * drawn from a beta distribution with both parameters `alpha`, for each image anew.
 *
 * @param inputs the images one after the other, changed in place
 * @param targets one per image, 0 to 1, changed in place
 * @param alpha above 0, at most 1: most pairs stay close to one of the two
 */
export function mixUp(inputs: Float32Array, targets: Float32Array, alpha: number, random: Random): void {
  const count = targets.length;
  const length = inputs.length / count;
  const others = random.shuffled(Array.from({ length: count }, (_, index) => index));
  const [inputsBefore, targetsBefore] = [inputs.slice(), targets.slice()];
  for (const [index, other] of others.entries()) {
    const own = random.beta(alpha);
    targets[index] = own * targetsBefore[index]! + (1 - own) * targetsBefore[other]!;
    const [at, from] = [index * length, other * length];
    for (let i = 0; i < length; i++)
      inputs[at + i] = own * inputsBefore[at + i]! + (1 - own) * inputsBefore[from + i]!;
  }
}
