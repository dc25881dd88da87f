import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { asUid, type SeriesInstanceUID, type SOPInstanceUID, transferSyntax } from '../../src/dicom/index.js';
import { type ExamThreads, openThreads } from '../../src/exam/index.js';
import { type PreparationResult, type PreparationStep, prepareInstance } from '../../src/image/index.js';
import { type InstanceOptions, makeInstance } from '../../src/phantom/index.js';
import { drawSinglePicture, type OverlayInput, secondaryCapture } from '../../src/pictures/index.js';
import { transcode } from '../fixtures/index.js';
import { ALGORITHM, CAPTION, heatMapWith, overlayInput, SOURCE } from '../pictures/examples.js';

const SIZE = [
  { step: 'resize', rows: 48, columns: 40 },
  { step: 'normalise', mean: 0.5, deviation: 0.25 },
] as const satisfies PreparationStep[];
const CROP = { step: 'crop-to-breast', margin: 0.02 } as const;
const CLAHE = { step: 'clahe', clipLimit: 2, tiles: [8, 8] } as const;

/** Bundles of different makes, some of which need the same pixels twice. */
const PREPARATIONS: PreparationStep[][] = [
  [CROP, { step: 'orient-chest-wall-left' }, { ...CLAHE, tiles: [8, 8], as: 'channel' }, ...SIZE],
  [{ ...CLAHE, tiles: [3, 5], as: 'image' }, ...SIZE],
  [{ step: 'orient-canonical' }, { ...CLAHE, tiles: [4, 4], as: 'image', bits: 8 }, CROP, ...SIZE],
  [{ ...CLAHE, tiles: [2, 2], as: 'channel' }, { ...CLAHE, tiles: [8, 8], as: 'image' }, ...SIZE],
  [CROP, ...SIZE],
];

/** Large and small, bright and dark background, of every depth, each with other tissue. */
const MAKES: InstanceOptions[] = [
  { rows: 500, columns: 400, view: 'MLO', laterality: 'R' },
  { rows: 200, columns: 160, bits: 8 },
  { rows: 416, columns: 333, bits: 16, photometric: 'MONOCHROME1' },
  { rows: 333, columns: 416, intent: 'processing' },
  { rows: 410, columns: 300, laterality: 'R', signed: true },
  { rows: 157, columns: 161 },
];

const SYNTAXES = [
  transferSyntax.ExplicitVRLittleEndian,
  transferSyntax.JPEGLosslessSV1,
  transferSyntax.ExplicitVRBigEndian,
  transferSyntax.DeflatedExplicitVRLittleEndian,
  transferSyntax.RLELossless,
  transferSyntax.JPEGLSLossless,
  transferSyntax.JPEG2000Lossless,
];

interface Given {
  name: string;
  bytes: Uint8Array;
  task: { preparation: PreparationStep[]; displayLongEdge: number };
}

async function manyImages(): Promise<Given[]> {
  const given: Given[] = [];
  for (const [s, syntax] of SYNTAXES.entries()) {
    for (const [m, make] of MAKES.entries()) {
      const made = makeInstance({ ...make, seed: `${s} ${m}` });
      const whole = await transcode(made.bytes, syntax);
      // Some of what archives hold is cut off in its pixels: what lay in the memory before must not fill them up.
      const cut = (s + m) % 5 === 4;
      given.push({
        name: `${syntax}, ${make.rows} × ${make.columns}${cut ? ', cut off' : ''}`,
        bytes: cut ? whole.subarray(0, Math.floor(whole.length * 0.9)) : whole,
        task: {
          preparation: PREPARATIONS[(s + m) % PREPARATIONS.length]!,
          displayLongEdge: 90 + 40 * (m % 3),
        },
      });
    }
  }
  return given;
}

function digest(...parts: (Uint8Array | Float32Array | string)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    hash.update(typeof part === 'string' ? part : Buffer.from(part.buffer, part.byteOffset, part.byteLength));
  }
  return hash.digest('hex');
}

function fingerprint(result: PreparationResult): string {
  if (result.kind === 'left-out') return `${result.leftOut.code} ${result.leftOut.sopInstanceUID}`;
  const { input, display, geometry, source } = result.image;
  return digest(input, display.pixels, JSON.stringify([display.rows, display.columns, geometry, source]));
}

describe('many images at a time in threads that use memory again', () => {
  let threads: ExamThreads;
  before(() => {
    threads = openThreads(3);
  });
  after(() => threads.close());

  it('are prepared exactly as each alone in memory of its own', async function () {
    this.timeout(120_000);
    const given = await manyImages();
    const alone: string[] = [];
    for (const { bytes, task } of given) alone.push(fingerprint(await prepareInstance(bytes.slice(), task)));
    expect(alone.filter((one) => !one.includes(' ')).length).to.be.greaterThan(0.7 * given.length);

    const { preparation } = threads;
    const together = await Promise.all(
      [...given.entries(), ...given.entries()].map(async ([index, { bytes, task }]) => {
        // As they lie in a multipart answer: somewhere within memory that held another file before.
        const offset = 100 + (index % 2);
        const memory = new Uint8Array(preparation.allocate(offset + bytes.length + 60));
        memory.set(bytes, offset);
        const file = index % 4 === 3 ? bytes.slice() : memory.subarray(offset, offset + bytes.length);
        return fingerprint(await preparation.prepare(file, task));
      }),
    );
    for (const [index, one] of together.entries()) {
      const { name } = given[index % given.length]!;
      expect(one, name).to.equal(alone[index % given.length]);
    }
  });

  it('are drawn exactly as each alone, beside others that are prepared', async () => {
    const made = makeInstance({ rows: 400, columns: 320, seed: 'beside' });
    const task = { preparation: PREPARATIONS[0]!, displayLongEdge: 200 };
    const beside = fingerprint(await prepareInstance(made.bytes.slice(), task));

    const drawn = Array.from({ length: 24 }, (_, i) => {
      const rows = 60 + ((i * 53) % 400);
      const columns = 40 + ((i * 31) % 300);
      const pixels = Uint8Array.from({ length: rows * columns }, (_, at) => (at * (i + 3)) % 256);
      const overlay: OverlayInput = overlayInput({
        display: { rows, columns, pixels },
        heatMap: heatMapWith(8, 7, [[i % 8, i % 7, 1 - i / 50]]),
        caption: { ...CAPTION, probability: i / 24, view: i % 2 ? 'CC' : 'MLO' },
      });
      const details = {
        source: { ...SOURCE, sopInstanceUID: asUid<SOPInstanceUID>(`2.25.${i + 1}`) },
        algorithm: ALGORITHM,
        uids: {
          seriesInstanceUID: asUid<SeriesInstanceUID>('2.25.7'),
          sopInstanceUID: asUid<SOPInstanceUID>(`2.25.${i + 100}`),
        },
        createdAt: new Date(2026, 2, 2),
        seriesNumber: 1,
        examIsWhole: i % 2 === 0,
      };
      return { overlay, details };
    });
    const alone = drawn.map(({ overlay, details }) =>
      digest(
        secondaryCapture({ ...details, rgb: drawSinglePicture(overlay), method: overlay.caption.method }),
      ),
    );
    expect(new Set(alone).size).to.equal(drawn.length);
    const [together, prepared] = await Promise.all([
      Promise.all(
        drawn.map(async ({ overlay, details }, i) => {
          const { bytes, rgb } = await threads.overlays.capture(overlay, details, { preview: i % 3 === 0 });
          if (rgb) expect(digest(rgb.pixels)).to.equal(digest(drawSinglePicture(overlay).pixels));
          return digest(bytes);
        }),
      ),
      Promise.all(
        drawn.map(async () => fingerprint(await threads.preparation.prepare(made.bytes.slice(), task))),
      ),
    ]);
    expect(together).to.deep.equal(alone);
    expect(new Set(prepared)).to.deep.equal(new Set([beside]));
  });
});
