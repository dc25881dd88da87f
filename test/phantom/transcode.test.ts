import { expect } from 'chai';
import { readPart10, transferSyntax } from '../../src/dicom/index.js';
import { type InstanceOptions, makeInstance } from '../../src/phantom/index.js';
import { isLossy, TRANSFER_SYNTAXES, transcode } from '../fixtures/index.js';
import { needs } from '../parts.js';
import { convertedBy } from './tools.js';

/** Neither side a multiple of 8, and an odd number of pixels. */
const SMALL = { rows: 101, columns: 75, habit: 'hologic' } as const;

/** dcmtk's decoder, independent of the encoders here. JPEG 2000 it has none for. */
const DECODERS: Record<string, string> = {
  [transferSyntax.RLELossless]: 'dcmdrle',
  [transferSyntax.JPEGBaseline]: 'dcmdjpeg',
  [transferSyntax.JPEGExtended]: 'dcmdjpeg',
  [transferSyntax.JPEGLossless]: 'dcmdjpeg',
  [transferSyntax.JPEGLosslessSV1]: 'dcmdjpeg',
  [transferSyntax.JPEGLSLossless]: 'dcmdjpls',
  [transferSyntax.JPEGLSNearLossless]: 'dcmdjpls',
};

describe('transcode', () => {
  it('knows every transfer syntax that Mamori reads', () => {
    expect([...TRANSFER_SYNTAXES].sort()).to.deep.equal(Object.values(transferSyntax).sort());
  });

  for (const uid of TRANSFER_SYNTAXES) {
    it(`writes ${uid} with the same attributes`, async () => {
      const made = makeInstance({ ...SMALL, bits: uid === transferSyntax.JPEGBaseline ? 8 : 12 });
      const read = readPart10(await transcode(made.bytes, uid));
      expect(read.transferSyntaxUID).to.equal(uid);
      expect(read.dataset.string('SOPInstanceUID')).to.equal(made.sopInstanceUID);
      expect(read.dataset.items('VOILUTSequence')[0]!.numbers('LUTDescriptor')[2]).to.equal(16);
      expect(read.dataset.string('LossyImageCompression')).to.equal(isLossy(uid) ? '01' : '00');
      expect(read.dataset.pixelData()!.encapsulated).to.equal(
        uid.includes('.1.2.4.') || uid.endsWith('.1.2.5'),
      );
    });
  }

  for (const [uid, decoder] of Object.entries(DECODERS)) {
    const variants: InstanceOptions[] =
      uid === transferSyntax.JPEGBaseline
        ? [{ bits: 8 }]
        : uid === transferSyntax.JPEGExtended
          ? [{ bits: 8 }, { bits: 12 }]
          : [{ bits: 8 }, { bits: 12 }, { bits: 16 }];
    it(`${uid} decodes with ${decoder}`, async function () {
      needs(this, decoder);
      for (const variant of variants) {
        const made = makeInstance({ ...SMALL, ...variant });
        const decoded = convertedBy(decoder, await transcode(made.bytes, uid));
        const error = largestDifference(pixels(decoded), pixels(made.bytes));
        expect(error, `${variant.bits} bits`).to.be.at.most(isLossy(uid) ? 2 ** variant.bits! * 0.06 : 0);
      }
    });
  }

  for (const fragments of [2, 7]) {
    it(`cuts a frame into ${fragments} fragments that join to the same`, async function () {
      needs(this, 'dcmdjpeg');
      const made = makeInstance(SMALL);
      const uid = transferSyntax.JPEGLosslessSV1;
      const whole = readPart10(await transcode(made.bytes, uid)).dataset.pixelData()!;
      const bytes = await transcode(made.bytes, uid, { fragments, offsetTable: fragments === 7 });
      const cut = readPart10(bytes).dataset.pixelData()!;
      expect(cut.fragments).to.have.lengthOf(fragments);
      expect(cut.basicOffsetTable).to.deep.equal(fragments === 7 ? [0] : []);
      expect(Buffer.concat(cut.fragments)).to.deep.equal(Buffer.concat(whole.fragments));
      expect(largestDifference(pixels(convertedBy('dcmdjpeg', bytes)), pixels(made.bytes))).to.equal(0);
    });
  }

  it('refuses what a coding cannot hold', async () => {
    const refused: [InstanceOptions, string][] = [
      [{ bits: 12 }, transferSyntax.JPEGBaseline],
      [{ bits: 16 }, transferSyntax.JPEGExtended],
      [{ signed: true }, transferSyntax.JPEGExtended],
      [{ bits: 8 }, '1.2.840.10008.1.2.4.100'],
    ];
    for (const [options, uid] of refused) {
      const error = await transcode(makeInstance({ ...SMALL, ...options }).bytes, uid).catch(
        (e: unknown) => e,
      );
      expect(error).to.be.instanceOf(RangeError);
    }
  });
});

function pixels(bytes: Uint8Array): Uint8Array | Uint16Array {
  const { dataset } = readPart10(bytes);
  const [native] = dataset.pixelData()!.fragments;
  const count = dataset.number('Rows')! * dataset.number('Columns')!;
  if (dataset.number('BitsAllocated') === 8) return native!.slice(0, count);
  return new Uint16Array(native!.slice(0, count * 2).buffer);
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).to.equal(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}
