import { createHash } from 'node:crypto';

/** Uniform numbers in [0, 1), the same for the same words on every machine (sfc32 seeded from SHA-256). */
export type Uniform = () => number;

export function seededRandom(...words: (string | number)[]): Uniform {
  const digest = createHash('sha256').update(words.join('\u0000')).digest();
  let a = digest.readInt32LE(0);
  let b = digest.readInt32LE(4);
  let c = digest.readInt32LE(8);
  let counter = digest.readInt32LE(12);
  return () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4294967296;
  };
}

/** Uniform in [low, high). */
export function between(random: Uniform, low: number, high: number): number {
  return low + (high - low) * random();
}
