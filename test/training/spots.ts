import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { Random } from '../../src/random.js';
import { ARCHITECTURES, type Architecture } from '../../src/training/networks/index.js';
import { paperNetwork } from '../../src/training/networks/paper.js';
import { PAPER_RECIPE } from '../../src/training/networks/paperRecipe.js';
import type { TrainingOptions } from '../../src/training/training.js';
import { scratchFolder } from '../model/bundles.js';

export const SMALL = 'small-for-tests';

const small: Architecture = {
  name: SMALL,
  description: 'Two convolutions.',
  input: { rows: 16, columns: 16, channels: 1 },
  preparation: [
    { step: 'resize', rows: 16, columns: 16 },
    { step: 'normalise', mean: 0.3, deviation: 0.3 },
  ],
  targetLayer: 'conv_last',
  recipe: PAPER_RECIPE,
  build: (tf, input) => paperNetwork(tf, input, { filters: [4, 4], hidden: 4, dropout: 0, seed: 1 }),
};

/** Makes a network of a few hundred weights known under `SMALL`. */
export function addSmallNetwork(changes: Partial<Architecture> = {}): void {
  ARCHITECTURES[SMALL] = { ...small, ...changes };
}

export function removeSmallNetwork(): void {
  delete ARCHITECTURES[SMALL];
}

/**
 * Sixty pictures with a bright spot in the middle, large for one class and small for the other, and how to train on
 * them.
 */
export async function spots(seed = 4): Promise<TrainingOptions> {
  const folder = await scratchFolder();
  const random = new Random(seed);
  const lines = ['file,label,case'];
  for (let index = 0; index < 60; index++) {
    const malignant = index % 2 === 0;
    const radius = malignant ? 9 : 4;
    const pixels = Uint8Array.from({ length: 32 * 32 }, (_, at) => {
      const distance = Math.hypot((at % 32) - 16, Math.floor(at / 32) - 16);
      return (distance < radius ? 200 : 40) + random.below(40);
    });
    await sharp(pixels, { raw: { width: 32, height: 32, channels: 1 } })
      .png()
      .toFile(join(folder, `${index}.png`));
    lines.push(
      `${index}.png,${malignant ? 'malignant' : 'benign'},case${seed === 4 ? '' : `${seed}-`}${index}`,
    );
  }
  await writeFile(join(folder, 'labels.csv'), lines.join('\n'));
  return {
    images: folder,
    labels: join(folder, 'labels.csv'),
    architecture: SMALL,
    out: join(folder, 'bundle'),
    positive: 'malignant',
    name: 'spots',
    version: '1.0.0',
    manufacturer: 'Mamori',
    purpose: 'Tells large spots from small ones.',
    limits: ['Spots only.'],
    data: 'Spots.',
    licence: 'none',
    attribution: 'None.',
    procedure: 'mamori train',
    epochs: 12,
    batchSize: 8,
    learningRate: 0.01,
    patience: 12,
    minutes: 2,
    seed: 1,
  };
}

export const SILENT = { stage() {}, prepared() {}, epoch() {} };
