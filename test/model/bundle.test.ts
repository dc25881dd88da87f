import { existsSync } from 'node:fs';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { writeBundle } from '../../src/model/bundleWriter.js';
import { type Bundle, loadBundle } from '../../src/model/index.js';
import { describeBundle, scratchFolder, smallBundle } from './bundles.js';
import { refusal } from './refusal.js';

const CARD = { 'MODEL_CARD.md': Buffer.from('# Card\n'), 'model.onnx': Buffer.from('not read here') };
const INPUT = { rows: 16, columns: 16, channels: 1 };

async function freshBundle(): Promise<Bundle> {
  return writeBundle(join(await scratchFolder(), 'bundle'), describeBundle(INPUT, 'conv_last'), CARD);
}

async function change(bundle: Bundle, edit: (document: Record<string, unknown>) => void): Promise<void> {
  const path = join(bundle.directory, 'bundle.json');
  const document = JSON.parse(await readFile(path, 'utf8'));
  edit(document);
  await writeFile(path, JSON.stringify(document));
}

describe('a model bundle', () => {
  it('comes back as it was written, with a digest that names it', async () => {
    const bundle = await freshBundle();
    expect(bundle).to.deep.include(describeBundle(INPUT, 'conv_last'));
    expect(bundle.digest).to.match(/^[0-9a-f]{64}$/);
    expect(await loadBundle(bundle.directory)).to.deep.equal(bundle);
    await change(bundle, (document) => {
      document.operatingPoint = 0.6;
    });
    expect((await loadBundle(bundle.directory)).digest).not.to.equal(bundle.digest);
  });

  it('is named as missing where there is none', async () => {
    const error = await refusal(loadBundle(join(await scratchFolder(), 'nothing')));
    expect(error.code).to.equal('bundle-missing');
    expect(error.remedy).to.be.a('string');
  });

  it('is refused when a file was changed by one byte', async () => {
    const bundle = await freshBundle();
    await writeFile(join(bundle.directory, 'model.onnx'), 'not read herE');
    const error = await refusal(loadBundle(bundle.directory));
    expect(error.code).to.equal('bundle-hash-mismatch');
    expect(error.message).to.include('model.onnx');
  });

  it('is refused when a file was cut short on its way', async () => {
    const bundle = await smallBundle();
    for (const file of ['model.onnx', 'weights.bin']) {
      const path = join(bundle.directory, file);
      const whole = await readFile(path);
      await writeFile(path, whole.subarray(0, whole.length / 2));
      const error = await refusal(loadBundle(bundle.directory));
      expect(error.code).to.equal('bundle-hash-mismatch');
      expect(error.message).to.include(file);
      await writeFile(path, whole);
    }
  });

  it('is refused when a file is missing or one too many is there', async () => {
    const bundle = await freshBundle();
    await writeFile(join(bundle.directory, 'extra.bin'), 'x');
    expect(await refusal(loadBundle(bundle.directory))).to.include({ code: 'bundle-file-unknown' });
    await rm(join(bundle.directory, 'extra.bin'));
    await rm(join(bundle.directory, 'MODEL_CARD.md'));
    expect(await refusal(loadBundle(bundle.directory))).to.include({ code: 'bundle-file-missing' });
  });

  it('may have a hidden file of the file system in its folder', async () => {
    const bundle = await freshBundle();
    await writeFile(join(bundle.directory, '.DS_Store'), 'x');
    expect((await loadBundle(bundle.directory)).name).to.equal('small');
  });

  type Malformed = [what: string, edit: (document: Record<string, unknown>) => void, named: string];
  const STEPS = {
    crop: { step: 'crop-to-breast', margin: 0 },
    turn: { step: 'orient-chest-wall-left' },
    resize: { step: 'resize', rows: 16, columns: 16 },
    window: { step: 'window', low: 1, high: 99, as: 'image' },
    normalise: { step: 'normalise', mean: 0, deviation: 1 },
  };
  const malformed: Malformed[] = [
    ['an unknown key', (document) => Object.assign(document, { colour: 'red' }), 'colour'],
    ['a name beyond ASCII', (document) => Object.assign(document, { name: 'Mod\u00e8le' }), 'name'],
    ['a name with a backslash', (document) => Object.assign(document, { name: 'a\\b' }), 'name'],
    ['a name too long for LO', (document) => Object.assign(document, { name: 'x'.repeat(65) }), 'name'],
    [
      'a limit with a line break',
      (document) => Object.assign(document, { limits: ['one\ntwo'] }),
      'limits.0',
    ],
    ['no limits', (document) => Object.assign(document, { limits: [] }), 'limits'],
    [
      'an operating point of 50',
      (document) => Object.assign(document, { operatingPoint: 50 }),
      'operatingPoint',
    ],
    ['two classes alike', (document) => Object.assign(document, { classes: ['a', 'a'] }), 'classes'],
    [
      'a calibration that turns the answer round',
      (document) => Object.assign(document, { calibration: { kind: 'platt', slope: -1, intercept: 0 } }),
      'calibration.slope',
    ],
    [
      'steps that make another size',
      (document) =>
        Object.assign(document, {
          input: {
            ...INPUT,
            preparation: [
              { step: 'resize', rows: 32, columns: 16 },
              { step: 'normalise', mean: 0, deviation: 1 },
            ],
          },
        }),
      '32 x 16',
    ],
    ...(
      [
        ['a crop after the resize', ['resize', 'crop', 'normalise'], 'crop-to-breast after resize'],
        ['a turn after the resize', ['resize', 'turn', 'normalise'], 'orient-chest-wall-left after resize'],
        ['a window before the resize', ['window', 'resize', 'normalise'], 'window before resize'],
        ['a step after normalise', ['resize', 'normalise', 'normalise'], 'normalise after normalise'],
      ] as [string, (keyof typeof STEPS)[], string][]
    ).map(
      ([what, steps, named]): Malformed => [
        what,
        (document) =>
          Object.assign(document, { input: { ...INPUT, preparation: steps.map((name) => STEPS[name]) } }),
        named,
      ],
    ),
    [
      'steps that make another number of channels',
      (document) =>
        Object.assign(document, {
          input: {
            ...INPUT,
            preparation: [
              { step: 'clahe', clipLimit: 2, tiles: [8, 8], as: 'channel' },
              { step: 'resize', rows: 16, columns: 16 },
              { step: 'normalise', mean: 0, deviation: 1 },
            ],
          },
        }),
      '2 channels',
    ],
    [
      'a file outside the folder',
      (document) => Object.assign(document.files as object, { '../x': '0'.repeat(64) }),
      'files',
    ],
    [
      'itself among its files',
      (document) => Object.assign(document.files as object, { 'bundle.json': '0'.repeat(64) }),
      'itself',
    ],
  ];
  for (const [what, edit, named] of malformed)
    it(`is refused with ${what}, and the error names the place`, async () => {
      const bundle = await freshBundle();
      await change(bundle, edit);
      const error = await refusal(loadBundle(bundle.directory));
      expect(error.code).to.equal('bundle-malformed');
      expect(error.message).to.include(named);
    });

  it('is refused when bundle.json is not JSON', async () => {
    const bundle = await freshBundle();
    await writeFile(join(bundle.directory, 'bundle.json'), '{');
    expect(await refusal(loadBundle(bundle.directory))).to.include({ code: 'bundle-malformed' });
  });

  it('is refused when bundle.json is too large to be one, without being read', async () => {
    const bundle = await freshBundle();
    // More than a file that Node reads whole; it takes no room on the disk.
    await truncate(join(bundle.directory, 'bundle.json'), 3 * 2 ** 30);
    const error = await refusal(loadBundle(bundle.directory));
    expect(error.code).to.equal('bundle-malformed');
    expect(error.message).to.include('too large');
  });

  it('is written whole or not at all', async () => {
    const folder = join(await scratchFolder(), 'bundle');
    const broken = { ...describeBundle(INPUT, 'conv_last'), operatingPoint: 2 };
    expect(await refusal(writeBundle(folder, broken, CARD))).to.include({ code: 'bundle-malformed' });
    expect(await refusal(loadBundle(folder))).to.include({ code: 'bundle-missing' });
  });

  it('replaces a bundle, but never a folder with anything else in it', async () => {
    const bundle = await freshBundle();
    const again = { ...describeBundle(INPUT, 'conv_last'), version: '2.0.0' };
    expect(await writeBundle(bundle.directory, again, CARD)).to.include({ version: '2.0.0' });
    const home = await scratchFolder();
    await writeFile(join(home, 'letter.txt'), 'keep me');
    expect(await refusal(writeBundle(home, again, CARD))).to.include({ code: 'bundle-place-taken' });
    expect(await readFile(join(home, 'letter.txt'), 'utf8')).to.equal('keep me');
  });

  it('is refused by name where it cannot be written', async () => {
    const file = join(await scratchFolder(), 'file');
    await writeFile(file, '');
    const places = [
      join(file, 'bundle'),
      ...(existsSync('/proc') ? ['/proc/bundle', '/proc/models/mine'] : []),
    ];
    for (const place of places) {
      const error = await refusal(writeBundle(place, describeBundle(INPUT, 'conv_last'), CARD));
      expect(error, place).to.include({ code: 'bundle-place-taken' });
      expect(error.remedy).to.be.a('string');
    }
  });

  it('holds a real network that loads', async () => {
    const bundle = await smallBundle();
    expect(Object.keys(bundle.files)).to.have.members([
      'MODEL_CARD.md',
      'model.json',
      'model.onnx',
      'weights.bin',
    ]);
  });
});
