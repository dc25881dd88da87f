import { join } from 'node:path';
import { expect } from 'chai';
import sharp from 'sharp';
import type { LabelledImage } from '../../src/dataset/index.js';
import type { PreparationStep } from '../../src/image/index.js';
import { PreparedImages } from '../../src/training/fitting/index.js';
import { scratchFolder } from '../scratch.js';
import { labelled } from './labelled.js';

const PREPARATION: PreparationStep[] = [
  { step: 'resize', rows: 8, columns: 8 },
  { step: 'normalise', mean: 0, deviation: 1 },
];

async function picture(path: string, grey: number): Promise<void> {
  const create = { width: 16, height: 16, channels: 3, background: { r: grey, g: grey, b: grey } } as const;
  await sharp({ create }).toColourspace('b-w').png().toFile(path);
}

describe('prepared images', () => {
  it('are kept for a training that goes on, and made again where a file is another', async () => {
    const folder = scratchFolder('prepared');
    const images = labelled(1).map((image): LabelledImage => ({ ...image, path: join(folder, image.file) }));
    for (const { path } of images) await picture(path, 40);
    const read = async () => {
      let count = 0;
      const from = { preparation: PREPARATION, positive: 'malignant' };
      const { images: prepared, examples } = await PreparedImages.of(
        [{ name: 'set', images, boxes: undefined }],
        from,
        folder,
        () => count++,
      );
      const values = examples.map(({ bytes }) => bytes[0]);
      prepared.close();
      return { count, values };
    };
    expect(await read()).to.deep.equal({ count: 2, values: [40, 40] });
    expect(await read()).to.deep.equal({ count: 0, values: [40, 40] });
    await picture(images[1]!.path, 200);
    expect(await read()).to.deep.equal({ count: 2, values: [40, 200] });
  });
});
