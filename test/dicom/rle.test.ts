import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  asUid,
  isCompressed,
  nativeCopy,
  readPart10,
  rleFrameOf,
  type SOPInstanceUID,
  sopClass,
  writePart10,
} from '../../src/dicom/index.js';
import { decodeRlePlanes } from '../../src/dicom/rleFrame.js';
import { packPlanes } from '../../src/image/index.js';
import { needs } from '../parts.js';
import { scratchFolder } from '../scratch.js';

/** Interleaved samples of three colours as a file of ours. */
function fileOf(pixels: Uint8Array, rows: number, columns: number): Uint8Array {
  const rleFrame = rleFrameOf(packPlanes({ rows, columns, planes: 3, samples: pixels }));
  return writePart10(
    {
      SOPClassUID: sopClass.SecondaryCapture,
      SOPInstanceUID: asUid<SOPInstanceUID>('2.25.7'),
      SamplesPerPixel: 3,
      PhotometricInterpretation: 'RGB',
      PlanarConfiguration: 0,
      Rows: rows,
      Columns: columns,
      BitsAllocated: 8,
      BitsStored: 8,
      HighBit: 7,
      PixelRepresentation: 0,
    },
    { rleFrame },
  );
}

/** Pictures with runs and noise of every length. */
const pictures = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 400 }))
  .chain(([rows, columns]) =>
    fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 300 })), { minLength: 1 }).map((runs) => {
      const pixels = new Uint8Array(rows * columns * 3);
      for (let at = 0, i = 0; at < pixels.length; i++) {
        const [value, length] = runs[i % runs.length]!;
        pixels.fill(value * 85, at, at + length);
        if (value === 3)
          for (let k = at; k < Math.min(at + length, pixels.length); k++) pixels[k] = (k * 7919) % 251;
        at += length;
      }
      return { rows, columns, pixels };
    }),
  );

describe('RLE Lossless', () => {
  it('gives back every byte of any picture', () => {
    fc.assert(
      fc.property(pictures, ({ rows, columns, pixels }) => {
        const file = fileOf(pixels, rows, columns);
        expect(isCompressed(file)).to.equal(true);
        const native = nativeCopy(file);
        expect(isCompressed(native)).to.equal(false);
        const { dataset, transferSyntaxUID } = readPart10(native);
        expect(transferSyntaxUID).to.equal('1.2.840.10008.1.2.1');
        const back = dataset.pixelData()!.fragments[0]!.subarray(0, pixels.length);
        expect(Buffer.compare(back, pixels)).to.equal(0);
      }),
    );
  });

  it('is what dcmtk reads', function () {
    needs(this, 'dcmdrle', 'dcmftest');
    const [rows, columns] = [37, 301];
    const pixels = Uint8Array.from({ length: rows * columns * 3 }, (_, i) =>
      i % 900 < 500 ? 7 : (i * 31) % 256,
    );
    const folder = scratchFolder('rle');
    const [packed, plain] = [join(folder, 'packed.dcm'), join(folder, 'plain.dcm')];
    writeFileSync(packed, fileOf(pixels, rows, columns));
    expect(spawnSync('dcmdrle', [packed, plain]).status).to.equal(0);
    const back = readPart10(readFileSync(plain)).dataset.pixelData()!.fragments[0]!;
    expect(Buffer.compare(back.subarray(0, pixels.length), pixels)).to.equal(0);
  });

  it('makes noise hardly longer, and a plain picture very short', () => {
    const samples = 512 * 512;
    const frame = (value: (i: number) => number) => {
      const pixels = Uint8Array.from({ length: samples }, (_, i) => value(i));
      return rleFrameOf(packPlanes({ rows: 512, columns: 512, planes: 1, samples: pixels })).length;
    };
    expect(frame((i) => (i * 2654435761) >>> 24)).to.be.lessThan(samples * 1.02);
    expect(frame(() => 0)).to.be.lessThan(samples / 50);
  });

  it('names what is broken, and reads nothing beyond the end', () => {
    const nines = { rows: 1, columns: 300, planes: 1, samples: new Uint8Array(300).fill(9) };
    const frame = rleFrameOf(packPlanes(nines));
    for (let length = 0; length < frame.length - 1; length++)
      expect(() => decodeRlePlanes(frame.slice(0, length), 300))
        .to.throw('RLE')
        .with.property('code', 'dicom-malformed');
    expect(() => decodeRlePlanes(frame, 299)).to.throw('RLE');
  });
});
