import { expect } from 'chai';
import { readPart10, transferSyntax } from '../../src/dicom/index.js';
import type { PreparationResult, PreparationStep } from '../../src/image/index.js';
import { makeInstance } from '../../src/phantom/index.js';
import { transcode } from '../fixtures/index.js';
import { type OpenPreparation, openPreparation } from './openPreparation.js';

const STEPS: PreparationStep[] = [
  { step: 'crop-to-breast', margin: 0.02 },
  { step: 'orient-chest-wall-left' },
  { step: 'clahe', clipLimit: 2, tiles: [8, 8], as: 'channel' },
  { step: 'resize', rows: 64, columns: 48 },
  { step: 'normalise', mean: 0.5, deviation: 0.25 },
];
const TASK = { preparation: STEPS, displayLongEdge: 200 };
const made = makeInstance({ rows: 416, columns: 320, view: 'MLO', laterality: 'R' });

function codeOf(result: PreparationResult): string {
  return result.kind === 'prepared' ? 'prepared' : result.leftOut.code;
}

describe('PreparationPool', () => {
  let pool: OpenPreparation;
  before(() => {
    pool = openPreparation({ threads: 2 });
  });
  after(() => pool.close());

  it('prepares a mammogram: input, geometry, display and what the results need of the source', async () => {
    const result = await pool.prepare(made.bytes.slice(), TASK);
    if (result.kind !== 'prepared') throw new Error(result.leftOut.reason);
    const { source, input, geometry, display } = result.image;
    expect(source.sopInstanceUID).to.equal(made.sopInstanceUID);
    expect([source.laterality, source.view]).to.deep.equal(['R', 'MLO']);
    expect(input)
      .to.be.instanceOf(Float32Array)
      .with.length(64 * 48 * 2);
    expect(geometry.orientation).to.deep.equal({ flip: true, quarterTurns: 0 });
    expect([display.rows, display.columns]).to.deep.equal([200, 154]);
    const original = readPart10(made.bytes).dataset.raw('PatientName')!;
    const copied = source.patientAndStudy.find(({ tag }) => tag === '00100010')!;
    expect(Buffer.from(copied.bytes).equals(Buffer.from(original.bytes))).to.equal(true);
    expect(copied.bytes.buffer.byteLength).to.be.lessThan(1000);
  });

  it('takes the buffer over, and copies what is part of a larger one', async () => {
    const whole = made.bytes.slice();
    await pool.prepare(whole, TASK);
    expect(whole.byteLength).to.equal(0);
    const larger = new Uint8Array(made.bytes.length + 10);
    larger.set(made.bytes, 10);
    expect(codeOf(await pool.prepare(larger.subarray(10), TASK))).to.equal('prepared');
    expect(larger.byteLength).to.equal(made.bytes.length + 10);
  });

  for (const bits of [8, 12, 16] as const) {
    it(`gives the same from every lossless transfer syntax, at ${bits} bits`, async () => {
      const { bytes } = makeInstance({ rows: 416, columns: 320, bits });
      const straight = await pool.prepare(bytes.slice(), TASK);
      for (const syntax of [
        transferSyntax.RLELossless,
        transferSyntax.JPEGLosslessSV1,
        transferSyntax.JPEGLSLossless,
        transferSyntax.JPEG2000Lossless,
        transferSyntax.HTJ2KLossless,
      ]) {
        const other = await pool.prepare(await transcode(bytes, syntax), TASK);
        if (straight.kind !== 'prepared' || other.kind !== 'prepared') throw new Error(codeOf(other));
        expect(other.image.input, syntax).to.deep.equal(straight.image.input);
        expect(other.image.display, syntax).to.deep.equal(straight.image.display);
      }
    });
  }

  it('leaves other objects alone with the reason, and says whose it is', async () => {
    const capture = makeInstance({ kind: 'secondary-capture' });
    const result = await pool.prepare(capture.bytes.slice(), TASK);
    if (result.kind !== 'left-out') throw new Error('prepared');
    expect(result.leftOut.attempted).to.equal(false);
    expect(result.leftOut.sopInstanceUID).to.equal(capture.sopInstanceUID);
    expect(result.study?.studyInstanceUID).to.equal(capture.studyInstanceUID);
  });

  it('identifies an instance by its header alone, however broken its pixels are', async () => {
    const prepared = await pool.prepare(made.bytes.slice(), TASK);
    if (prepared.kind !== 'prepared') throw new Error(prepared.leftOut.reason);
    const { source, study } = await pool.identify(made.bytes.slice());
    expect(source).to.deep.equal(prepared.image.source);
    expect(study?.studyInstanceUID).to.equal(made.studyInstanceUID);
    expect(study?.patientAndStudy).to.deep.equal(source?.patientAndStudy);

    const headerOnly = made.bytes.slice();
    headerOnly.fill(255, headerOnly.length - 416 * 320);
    expect((await pool.identify(headerOnly)).source).to.deep.equal(source);
    const capture = makeInstance({ kind: 'secondary-capture' });
    const other = await pool.identify(capture.bytes.slice());
    expect(other.source).to.equal(undefined);
    expect(other.study?.studyInstanceUID).to.equal(capture.studyInstanceUID);
    expect(await pool.identify(new Uint8Array(10))).to.deep.equal({ source: undefined, study: undefined });
  });

  it('names what is wrong with a broken image, and goes on', async () => {
    const small = { rows: 64, columns: 48 };
    const broken = [
      new Uint8Array(0),
      Uint8Array.from({ length: 5000 }, (_, i) => i * 7),
      makeInstance({ ...small, kind: 'truncated' }).bytes,
      makeInstance({ ...small, kind: 'missing-pixels' }).bytes,
      makeInstance({ ...small, override: { Rows: 65535, Columns: 65535 } }).bytes,
      makeInstance({ ...small, override: { Rows: 65 } }).bytes,
      makeInstance({ ...small, override: { PhotometricInterpretation: 'RGB' } }).bytes,
    ];
    const results = await Promise.all(broken.map((bytes) => pool.prepare(bytes, TASK)));
    for (const result of results) {
      if (result.kind !== 'left-out') throw new Error('prepared');
      expect(result.leftOut.code).to.match(/^[a-z]+(-[a-z]+)+$/);
      expect(result.leftOut.code).not.to.equal('preparation-crashed');
      expect(result.leftOut.reason).to.match(/^[\x20-\x7e]+$/);
    }
    expect(codeOf(await pool.prepare(made.bytes.slice(), TASK))).to.equal('prepared');
  });

  it('names a transfer syntax that it cannot decode', async () => {
    const undecodable = Buffer.from(made.bytes);
    const at = undecodable.indexOf('1.2.840.10008.1.2.1\0', 132, 'latin1');
    // Same length: a syntax that no archive should use for mammograms, read as Explicit VR Little Endian.
    undecodable.write('1.2.840.10008.1.2.9\0', at, 'latin1');
    const result = await pool.prepare(Uint8Array.from(undecodable), TASK);
    expect(codeOf(result)).to.be.oneOf(['undecodable-transfer-syntax', 'pixel-data-broken']);
  });

  it('throws where the bundle is at fault, not the image', async () => {
    const task = { ...TASK, preparation: [...STEPS, ...STEPS] };
    const error = await pool.prepare(made.bytes.slice(), task).catch((one: unknown) => one);
    expect(error).to.have.property('code', 'preparation-invalid');
  });

  it('gives an image up after its time, and another thread goes on', async () => {
    const hasty = openPreparation({ threads: 1, timeoutMs: 1 });
    const large = makeInstance({ rows: 2000, columns: 1600 });
    const results = await Promise.all([1, 2, 3].map(() => hasty.prepare(large.bytes.slice(), TASK)));
    expect(results.map(codeOf)).to.deep.equal(Array(3).fill('preparation-timed-out'));
    await hasty.close();
  });

  it('survives threads that run out of memory, while they start or while they work', async () => {
    for (const heapMb of [2, 16]) {
      const small = openPreparation({ threads: 1, heapMb });
      const steps = Array.from({ length: 400_000 }, (): PreparationStep => ({ ...STEPS[4]! }));
      const hungry = { ...TASK, preparation: steps };
      const results = await Promise.all([1, 2].map(() => small.prepare(made.bytes.slice(), hungry)));
      expect(results.map(codeOf)).to.deep.equal(['preparation-crashed', 'preparation-crashed']);
      await small.close();
    }
    expect(codeOf(await pool.prepare(made.bytes.slice(), TASK))).to.equal('prepared');
  });

  it('refuses work once it is closed', async () => {
    const closed = openPreparation({ threads: 1 });
    await closed.close();
    const error = await closed.prepare(made.bytes.slice(), TASK).catch((one: unknown) => one);
    expect(error).to.have.property('code', 'preparation-stopped');
  });
});
