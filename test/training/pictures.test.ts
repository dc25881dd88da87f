import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import sharp from 'sharp';
import type { LabelledImage } from '../../src/dataset/index.js';
import { readPicture } from '../../src/dataset/picture.js';
import { readPart10, transferSyntax } from '../../src/dicom/index.js';
import { decodePixels, type PreparationStep, presentationImage } from '../../src/image/index.js';
import { loadBundle } from '../../src/model/index.js';
import { type InstanceOptions, makeInstance } from '../../src/phantom/index.js';
import { readExamples } from '../../src/training/fitting/examples.js';
import { train } from '../../src/training/training.js';
import { TRANSFER_SYNTAXES, transcode } from '../fixtures/index.js';
import { scratchFolder } from '../model/bundles.js';
import { refusal } from './refusal.js';
import { addSmallNetwork, removeSmallNetwork, SILENT, spots } from './spots.js';

const SMALL: InstanceOptions = { rows: 96, columns: 72, seed: 'training' };

const STEPS: PreparationStep[] = [
  { step: 'crop-to-breast', margin: 0.02 },
  { step: 'orient-chest-wall-left' },
  { step: 'clahe', clipLimit: 4, tiles: [8, 8], as: 'channel', bits: 8 },
  { step: 'resize', rows: 32, columns: 32 },
  { step: 'normalise', mean: 0.3, deviation: 0.25 },
];

function labelledFile(path: string, file: string): LabelledImage {
  return { path, file, label: 'benign', case: file, site: undefined, side: undefined, view: undefined };
}

describe('pictures for training', function () {
  this.timeout(60_000);
  let folder: string;
  before(async () => {
    folder = await scratchFolder();
  });

  async function inputOf(name: string, bytes: Uint8Array): Promise<Float32Array> {
    const path = join(folder, name);
    await writeFile(path, bytes);
    const [example] = await readExamples([labelledFile(path, name)], STEPS, 'malignant');
    return example!.input;
  }

  /** The picture that a radiologist sees, as a 16-bit PNG: what an export would write. */
  async function exported(bytes: Uint8Array): Promise<Uint8Array> {
    const instance = readPart10(bytes);
    const { rows, columns, pixels } = presentationImage(instance.dataset, await decodePixels(instance));
    return sharp(pixels, { raw: { width: columns, height: rows, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer();
  }

  const presentations: [what: string, options: InstanceOptions][] = [
    ['as a plain machine sends it', SMALL],
    ['in MONOCHROME1, dense tissue dark in the file', { ...SMALL, photometric: 'MONOCHROME1' }],
    ['For Processing', { ...SMALL, intent: 'processing' }],
  ];
  for (const [what, options] of presentations)
    it(`give one input from DICOM and from its PNG: ${what}`, async () => {
      const { bytes } = makeInstance(options);
      const fromDicom = await inputOf('a.dcm', bytes);
      expect(fromDicom).to.have.length(32 * 32 * 2);
      expect(new Set(fromDicom).size).to.be.above(100);
      expect(fromDicom).to.deep.equal(await inputOf('a.png', await exported(bytes)));
    });

  for (const syntax of [
    transferSyntax.ImplicitVRLittleEndian,
    '1.2.840.10008.1.2.4.70',
    '1.2.840.10008.1.2.4.90',
    '1.2.840.10008.1.2.5',
  ])
    it(`are the same in another transfer syntax: ${syntax}`, async () => {
      expect(TRANSFER_SYNTAXES).to.include(syntax);
      const { bytes } = makeInstance(SMALL);
      const plain = await inputOf('plain.dcm', bytes);
      expect(await inputOf('other.dcm', await transcode(bytes, syntax))).to.deep.equal(plain);
    });

  it('are kept as finely as the image itself', async () => {
    const { bytes } = makeInstance(SMALL);
    const kept = await inputOf('kept.dcm', bytes);
    const grey = await readPicture({ path: join(folder, 'kept.dcm'), file: 'kept.dcm' });
    const { prepareGrey } = await import('../../src/image/index.js');
    for (const [index, value] of prepareGrey(grey, STEPS).input.entries())
      expect(kept[index]).to.be.closeTo(value, 0.51 / 65535 / 0.25);
  });

  const broken: [what: string, bytes: () => Uint8Array, code: string][] = [
    ['a cut-off DICOM file', () => makeInstance({ ...SMALL, kind: 'truncated' }).bytes, 'dicom-truncated'],
    [
      'DICOM without pixels',
      () => makeInstance({ ...SMALL, kind: 'missing-pixels' }).bytes,
      'pixel-data-missing',
    ],
    [
      'tomosynthesis',
      () => makeInstance({ ...SMALL, kind: 'tomosynthesis' }).bytes,
      'pixel-format-unsupported',
    ],
    ['a text file', () => Buffer.from('no picture'), 'labels-image-unreadable'],
    ['an empty file', () => new Uint8Array(), 'labels-image-unreadable'],
  ];
  for (const [what, bytes, code] of broken)
    it(`are refused by name: ${what}`, async () => {
      const error = await refusal(inputOf('broken.img', bytes()));
      expect(error.code).to.equal(code);
      expect(error.message).to.include('broken.img');
      expect(error.remedy).to.be.a('string');
    });

  it('train a network from DICOM alone, and from DICOM among PNG', async () => {
    addSmallNetwork();
    try {
      const options = { ...(await spots()), epochs: 1 };
      for (const index of [0, 1]) {
        const { bytes } = makeInstance({ ...SMALL, seed: index });
        await writeFile(join(options.images, `${index}.png`), bytes);
      }
      await train(options, SILENT);
      expect((await loadBundle(options.out)).training!.cases.training).to.equal(40);
    } finally {
      removeSmallNetwork();
    }
  });
});
