import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type DicomInstance, readPart10, transferSyntax } from '../../src/dicom/index.js';
import { decodePixels, type StoredPixels } from '../../src/image/index.js';
import { makeInstance } from '../../src/phantom/index.js';
import { isLossy, TRANSFER_SYNTAXES, transcode } from '../fixtures/index.js';
import { needs } from '../parts.js';
import { greyInstance } from './instances.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const GE = join(ROOT, '../shared/data/files/ge-mlo-jpeg-lossless.dcm');

/** The numbers that the words stand for. */
function values({ words, bitsStored, shift, signed }: StoredPixels): number[] {
  return Array.from(words, (word) => {
    const value = (word >> shift) & (2 ** bitsStored - 1);
    return signed && value >= 2 ** (bitsStored - 1) ? value - 2 ** bitsStored : value;
  });
}

function largestDifference(a: number[], b: number[]): number {
  expect(a.length).to.equal(b.length);
  return a.reduce((max, value, i) => Math.max(max, Math.abs(value - b[i]!)), 0);
}

async function errorOf(instance: DicomInstance): Promise<string> {
  try {
    await decodePixels(instance);
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'none';
}

function withPixels(instance: DicomInstance, fragments: Uint8Array[]): DicomInstance {
  const dataset = Object.create(instance.dataset, {
    pixelData: { value: () => ({ fragments, encapsulated: true, basicOffsetTable: [] }) },
  });
  for (const name of ['number', 'string', 'numbers'] as const) {
    dataset[name] = (keyword: string) => instance.dataset[name](keyword);
  }
  return { ...instance, dataset };
}

/** Where the tile-parts of a JPEG 2000 stream stand. */
function tilePartsOf(stream: Uint8Array): { start: number; end: number }[] {
  const bytes = Buffer.from(stream);
  const parts: { start: number; end: number }[] = [];
  let start = bytes.indexOf(Buffer.from([0xff, 0x90]));
  while (bytes.readUInt16BE(start) === 0xff90) {
    const end = start + bytes.readUInt32BE(start + 6);
    parts.push({ start, end });
    start = end;
  }
  return parts;
}

describe('decodePixels', () => {
  const formats = [
    { bits: 8, signed: false },
    { bits: 10, signed: false },
    { bits: 12, signed: false },
    { bits: 12, signed: true },
    { bits: 16, signed: false },
    { bits: 16, signed: true },
  ];

  for (const { bits, signed } of formats) {
    const made = makeInstance({ rows: 100, columns: 77, bits, signed, view: 'MLO' });

    it(`reads ${bits} bits ${signed ? 'signed' : 'unsigned'} from every transfer syntax that has them`, async () => {
      const expected = values(await decodePixels(readPart10(made.bytes)));
      let read = 0;
      for (const syntax of TRANSFER_SYNTAXES) {
        let bytes: Uint8Array;
        try {
          bytes = await transcode(made.bytes, syntax, {
            fragments: syntax === transferSyntax.RLELossless ? 1 : 3,
          });
        } catch (error) {
          if (error instanceof RangeError) continue;
          throw error;
        }
        const decoded = await decodePixels(readPart10(bytes));
        const tolerance = isLossy(syntax) ? 0.04 * 2 ** bits : 0;
        expect(largestDifference(values(decoded), expected), syntax).to.be.at.most(tolerance);
        read++;
      }
      expect(read).to.be.greaterThan(8);
    });
  }

  it('takes a word apart as Bits Stored and High Bit say', async () => {
    const shifted = greyInstance({ words: [0xfff0, 0x0010, 0x123f], bitsStored: 12, highBit: 15 });
    expect(values(await decodePixels(shifted))).to.deep.equal([4095, 1, 0x123]);
    const signedShifted = greyInstance({
      words: [0xfff0, 0x7ff0],
      bitsStored: 12,
      highBit: 15,
      signed: true,
    });
    expect(values(await decodePixels(signedShifted))).to.deep.equal([-1, 2047]);
    const withOverlay = greyInstance({ words: [0x8fff, 0xf001], bitsStored: 12 });
    expect(values(await decodePixels(withOverlay))).to.deep.equal([4095, 1]);
    const bytes = greyInstance({ words: [7, 255, 128], bitsAllocated: 8, bitsStored: 8 });
    expect(values(await decodePixels(bytes))).to.deep.equal([7, 255, 128]);
  });

  it('refuses what is not a grey mammogram by name', async () => {
    const words = [1, 2, 3, 4];
    const codes = await Promise.all(
      [
        greyInstance({ words, photometric: 'RGB' }),
        greyInstance({ words, photometric: 'PALETTE COLOR' }),
        greyInstance({ words, attributes: { SamplesPerPixel: 3 } }),
        greyInstance({ words, attributes: { NumberOfFrames: 2 } }),
        greyInstance({ words, attributes: { BitsAllocated: 32 } }),
        greyInstance({ words, bitsStored: 17 }),
        greyInstance({ words, bitsStored: 12, highBit: 10 }),
        greyInstance({ words, attributes: { PixelRepresentation: 2 } }),
      ].map(errorOf),
    );
    expect(codes).to.deep.equal(codes.map(() => 'pixel-format-unsupported'));
  });

  it('refuses sizes before anything is allocated for them', async () => {
    const words = [1, 2, 3, 4];
    expect(await errorOf(greyInstance({ words, attributes: { Rows: 65535, Columns: 65535 } }))).to.equal(
      'image-size-refused',
    );
    const most = { Rows: 8192, Columns: 8192 };
    expect(await errorOf(greyInstance({ words, attributes: most }))).to.equal('pixel-data-broken');
    expect(await errorOf(greyInstance({ words, attributes: { ...most, Columns: 8193 } }))).to.equal(
      'image-size-refused',
    );
    expect(await errorOf(greyInstance({ words, attributes: { Rows: 0 } }))).to.equal('image-size-refused');
    expect(await errorOf(greyInstance({ words, attributes: { Columns: undefined } }))).to.equal(
      'image-size-refused',
    );
  });

  it('names missing, short and long pixel data', async () => {
    const words = [1, 2, 3, 4];
    expect(await errorOf(greyInstance({ words, attributes: { PixelData: undefined } }))).to.equal(
      'pixel-data-missing',
    );
    expect(await errorOf(greyInstance({ words, columns: 5 }))).to.equal('pixel-data-broken');
    expect(await errorOf(greyInstance({ words, columns: 3 }))).to.equal('pixel-data-broken');
  });

  it('names a transfer syntax that is not decoded here, so that the PACS can be asked for another', async () => {
    const instance = greyInstance({ words: [1, 2, 3, 4] });
    const video = { ...instance, transferSyntaxUID: '1.2.840.10008.1.2.4.102' };
    expect(await errorOf(video)).to.equal('undecodable-transfer-syntax');
  });

  describe('on broken streams', () => {
    const made = makeInstance({ rows: 64, columns: 48, bits: 8 });
    const encapsulated = TRANSFER_SYNTAXES.filter((syntax) => /\.4\.|1\.2\.5$/.test(syntax));

    for (const syntax of encapsulated) {
      it(`ends in a named error and then still decodes good ones: ${syntax}`, async function () {
        let good: DicomInstance;
        try {
          good = readPart10(await transcode(made.bytes, syntax));
        } catch (error) {
          if (error instanceof RangeError) this.skip();
          throw error;
        }
        const [stream] = good.dataset.pixelData()!.fragments;
        const expected = values(await decodePixels(good));
        const half = stream!.subarray(0, stream!.length >> 1);
        expect(await errorOf(withPixels(good, [half]))).to.equal('pixel-data-broken');
        expect(await errorOf(withPixels(good, [stream!.subarray(0, 20)]))).to.equal('pixel-data-broken');
        expect(await errorOf(withPixels(good, [Buffer.alloc(500, 0x5a)]))).to.equal('pixel-data-broken');
        expect(await errorOf(withPixels(good, []))).to.equal('pixel-data-missing');
        for (let i = 0; i < 40; i++) {
          const damaged = Uint8Array.from(stream!);
          for (let k = 0; k < 4; k++) damaged[(i * 977 + k * 131) % damaged.length]! ^= 1 << (i % 8);
          expect(['none', 'pixel-data-broken', 'undecodable-transfer-syntax']).to.include(
            await errorOf(withPixels(good, [damaged])),
          );
        }
        expect(values(await decodePixels(good))).to.deep.equal(expected);
      });
    }

    it('a stream that ends between two of its tile-parts is refused, though it decodes', async () => {
      const good = readPart10(await transcode(made.bytes, transferSyntax.HTJ2KLosslessRPCL));
      const [stream] = good.dataset.pixelData()!.fragments;
      const parts = tilePartsOf(stream!);
      expect(parts).to.have.length.greaterThan(3);
      const whole = stream!.subarray(0, parts.at(-1)!.end);
      expect(await errorOf(withPixels(good, [whole])), 'only the end marker is missing').to.equal('none');
      const uncounted = Buffer.from(stream!);
      for (const { start } of parts) uncounted[start + 11] = 0;
      expect(await errorOf(withPixels(good, [uncounted]))).to.equal('none');
      for (const { start, end } of parts.slice(1)) {
        const without = Buffer.concat([stream!.subarray(0, start), stream!.subarray(end)]);
        for (const cut of [stream!.subarray(0, start), uncounted.subarray(0, start), without])
          expect(await errorOf(withPixels(good, [cut])), `${start}`).to.equal('pixel-data-broken');
      }
      const tiles = Buffer.from(stream!);
      // XTsiz: two tiles, and the parts of one.
      tiles.writeUInt32BE(24, 24);
      expect(await errorOf(withPixels(good, [tiles]))).to.equal('pixel-data-broken');
    });

    it('a stream of another size than Rows × Columns says is refused', async () => {
      for (const syntax of encapsulated) {
        const other = await transcode(makeInstance({ rows: 60, columns: 48, bits: 8 }).bytes, syntax);
        const [stream] = readPart10(other).dataset.pixelData()!.fragments;
        const good = readPart10(await transcode(made.bytes, syntax));
        expect(await errorOf(withPixels(good, [stream!])), syntax).to.equal('pixel-data-broken');
      }
    });
  });

  describe('beside dcmtk', () => {
    let folder: string;
    before(function () {
      needs(this, 'dcmdjpeg');
      if (!existsSync(GE)) {
        console.log('      skipped: ../shared/data is not there');
        this.skip();
      }
      folder = mkdtempSync(join(tmpdir(), 'mamori-codecs-'));
    });
    after(() => folder && rmSync(folder, { recursive: true, force: true }));

    const read = (path: string) => readPart10(new Uint8Array(readFileSync(path)));
    const command = (name: string, ...args: string[]) =>
      expect(spawnSync(name, args).status, name).to.equal(0);
    const raw = () => join(folder, 'raw.dcm');
    const same = (a: StoredPixels, b: StoredPixels) =>
      Buffer.compare(
        Buffer.from(a.words.buffer, a.words.byteOffset, a.words.byteLength),
        Buffer.from(b.words.buffer, b.words.byteOffset, b.words.byteLength),
      ) === 0;

    it('decodes a real lossless JPEG to the same pixels', async () => {
      command('dcmdjpeg', GE, raw());
      expect(same(await decodePixels(read(GE)), await decodePixels(read(raw())))).to.equal(true);
    });

    it('decodes every lossless predictor, JPEG-LS and RLE to the same pixels', async () => {
      const original = await decodePixels(read(raw()));
      const out = join(folder, 'coded.dcm');
      for (const predictor of ['2', '3', '4', '5', '6', '7']) {
        command('dcmcjpeg', '+el', '+sv', predictor, raw(), out);
        expect(same(await decodePixels(read(out)), original), `predictor ${predictor}`).to.equal(true);
      }
      command('dcmcjpls', raw(), out);
      expect(same(await decodePixels(read(out)), original), 'JPEG-LS').to.equal(true);
      command('dcmcrle', raw(), out);
      expect(same(await decodePixels(read(out)), original), 'RLE').to.equal(true);
    }).timeout(60_000);

    it('decodes 12-bit JPEG to the same pixels, rounding included', async () => {
      const coded = join(folder, 'extended.dcm');
      const back = join(folder, 'extended-raw.dcm');
      command('dcmcjpeg', '+ee', raw(), coded);
      command('dcmdjpeg', coded, back);
      expect(same(await decodePixels(read(coded)), await decodePixels(read(back)))).to.equal(true);
    });
  });
});

describe('image kernels', () => {
  it('are compiled from the sources beside them', () => {
    const run = spawnSync(process.execPath, [join(ROOT, 'scripts/buildKernels.mjs'), '--check']);
    expect(run.stderr.toString()).to.equal('');
    expect(run.status).to.equal(0);
  }).timeout(60_000);
});
