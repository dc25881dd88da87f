import { constants, deflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import { readPart10 } from '../../src/dicom/index.js';
import { codeOf, encode, type HandMade, item, part10, type Syntax, UID, withHeader } from './byteStreams.js';

/** A bit of everything whose encoding differs from syntax to syntax. */
const ELEMENTS: HandMade[] = [
  { tag: '0008,0008', vr: 'CS', value: 'ORIGINAL\\PRIMARY' },
  { tag: '0008,0060', vr: 'CS', value: 'MG' },
  { tag: '0018,9073', vr: 'FD', value: [0.125] },
  { tag: '0028,0010', vr: 'US', value: [2] },
  { tag: '0028,0011', vr: 'US', value: [3] },
  { tag: '0028,0103', vr: 'US', value: [1] },
  { tag: '0028,0120', vr: 'SS', value: [-5] },
  { tag: '0028,1050', vr: 'DS', value: '100\\ 200.5' },
  { tag: '0054,0220', vr: 'SQ', value: [[{ tag: '0008,0100', vr: 'SH', value: 'R-10242' }]] },
  { tag: '0070,0022', vr: 'FL', value: [1.5, -2] },
  { tag: '7fe0,0010', vr: 'OW', value: [1, 2, 3, 4, 5, 0xabcd] },
];

/** So many megabytes of zeros, deflated a thousandfold without making them first. */
function inflationBomb(megabytes: number): Uint8Array {
  const block = deflateRawSync(new Uint8Array(1 << 20), { finishFlush: constants.Z_FULL_FLUSH });
  return withHeader(Buffer.concat(Array<Buffer>(megabytes).fill(block)), UID.deflated);
}

describe('readPart10', () => {
  const syntaxes: (Syntax | 'deflated')[] = ['implicit', 'explicit', 'big-endian', 'deflated'];
  for (const syntax of syntaxes) {
    it(`reads the same values from ${syntax}`, () => {
      const { dataset, transferSyntaxUID } = readPart10(part10(ELEMENTS, syntax));
      expect(transferSyntaxUID).to.equal(UID[syntax]);
      expect(dataset.strings('ImageType')).to.deep.equal(['ORIGINAL', 'PRIMARY']);
      expect(dataset.string('Modality')).to.equal('MG');
      expect(dataset.number('AcquisitionDuration')).to.equal(0.125);
      expect(dataset.number('Rows')).to.equal(2);
      expect(dataset.number('PixelPaddingValue')).to.equal(-5);
      expect(dataset.numbers('WindowCenter')).to.deep.equal([100, 200.5]);
      expect(dataset.items('ViewCodeSequence')[0]?.string('CodeValue')).to.equal('R-10242');
      expect(dataset.numbers('GraphicData')).to.deep.equal([1.5, -2]);
      const pixels = dataset.pixelData();
      expect(pixels?.encapsulated).to.equal(false);
      expect([...pixels!.fragments[0]!]).to.deep.equal([1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 0xcd, 0xab]);
    });
  }

  for (const undefinedLength of [true, false]) {
    it(`enters sequences of ${undefinedLength ? 'undefined' : 'defined'} length, nested`, () => {
      const inner: HandMade = {
        tag: '0054,0222',
        vr: 'SQ',
        undefinedLength,
        value: [[{ tag: '0008,0100', vr: 'SH', value: 'R-102D6' }], []],
      };
      const outer: HandMade = { tag: '0054,0220', vr: 'SQ', undefinedLength, value: [[inner]] };
      for (const syntax of ['implicit', 'explicit', 'big-endian'] as const) {
        const { dataset } = readPart10(
          part10([outer, { tag: '0054,0400', vr: 'SH', value: 'after' }], syntax),
        );
        const modifiers = dataset.items('ViewCodeSequence')[0]!.items('ViewModifierCodeSequence');
        expect(modifiers.map((one) => one.string('CodeValue'))).to.deep.equal(['R-102D6', undefined]);
        expect(dataset.string('ImageID')).to.equal('after');
      }
    });
  }

  it('keeps the fragments of encapsulated pixel data as views of the file', () => {
    const fragments = [Uint8Array.of(1, 2), Uint8Array.of(3, 4, 5, 6)];
    const file = part10([{ tag: '7fe0,0010', vr: 'OB', fragments }], 'explicit', '1.2.840.10008.1.2.4.70');
    const pixels = readPart10(file).dataset.pixelData();
    expect(pixels?.encapsulated).to.equal(true);
    expect(pixels?.fragments.map((one) => [...one])).to.deep.equal([
      [1, 2],
      [3, 4, 5, 6],
    ]);
    expect(pixels?.fragments[0]?.buffer).to.equal(file.buffer);
  });

  it('reads a sequence that an archive has hidden in UN', () => {
    const implicit = item(
      'fffe,e000',
      encode([{ tag: '0008,0100', vr: 'SH', value: 'R-10226' }], 'implicit'),
      true,
    );
    for (const syntax of ['explicit', 'big-endian'] as const) {
      const { dataset } = readPart10(part10([{ tag: '0054,0220', vr: 'UN', value: implicit }], syntax));
      expect(dataset.items('ViewCodeSequence')[0]?.string('CodeValue')).to.equal('R-10226');
    }
  });

  it('reads a sequence of undefined length that an archive has hidden in UN', () => {
    const items = item(
      'fffe,e000',
      encode([{ tag: '0008,0100', vr: 'SH', value: 'R-10226' }], 'implicit'),
      true,
    );
    const value = Buffer.concat([items, item('fffe,e0dd', Buffer.alloc(0), true)]);
    const hidden: HandMade = { tag: '0054,0220', vr: 'UN', value, claimedLength: 0xffffffff };
    const { dataset } = readPart10(part10([hidden, { tag: '0054,0400', vr: 'SH', value: 'after' }]));
    expect(dataset.code('ViewCodeSequence')?.value).to.equal('R-10226');
    expect(dataset.string('ImageID')).to.equal('after');
  });

  it('takes UN of a known sequence that holds something else as having no items', () => {
    const { dataset } = readPart10(
      part10([{ tag: '0054,0220', vr: 'UN', value: Buffer.from('no sequence at all') }]),
    );
    expect(dataset.items('ViewCodeSequence')).to.deep.equal([]);
  });

  it('reads the 64-bit VRs, whose header dicom-parser does not know', () => {
    const elements: HandMade[] = [
      { tag: '0009,1001', vr: 'UV', value: new Uint8Array(8) },
      { tag: '0028,0010', vr: 'US', value: [7] },
    ];
    expect(readPart10(part10(elements)).dataset.number('Rows')).to.equal(7);
  });

  it('accepts padding of an archive behind the pixel data', () => {
    const file = Buffer.concat([part10(ELEMENTS), Buffer.alloc(11)]);
    expect(readPart10(file).dataset.number('Rows')).to.equal(2);
  });

  it('does not trust the length of the file header', () => {
    const file = part10(ELEMENTS);
    file[140] = 0xff;
    expect(readPart10(file).dataset.number('Rows')).to.equal(2);
  });

  describe('names what is wrong with', () => {
    const cases: [what: string, code: string, bytes: () => Uint8Array][] = [
      ['nothing', 'not-dicom', () => new Uint8Array(0)],
      ['a file of another kind', 'not-dicom', () => new Uint8Array(Buffer.alloc(500, '<html>'))],
      ['a data set without a preamble', 'not-dicom', () => new Uint8Array(encode(ELEMENTS, 'implicit'))],
      [
        'a missing file header',
        'dicom-no-transfer-syntax',
        () =>
          new Uint8Array(
            Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), encode(ELEMENTS, 'explicit')]),
          ),
      ],
      [
        'a file that ends with its header',
        'dicom-truncated',
        () => withHeader(new Uint8Array(0), UID.explicit),
      ],
      ['pixel data that are cut', 'dicom-truncated', () => part10(ELEMENTS).slice(0, -1)],
      [
        'pixel data of 4 GB by claim',
        'dicom-truncated',
        () => part10([{ tag: '7fe0,0010', vr: 'OW', claimedLength: 0xfffffffe }]),
      ],
      [
        'encapsulated pixel data without an end',
        'dicom-truncated',
        () => part10([{ tag: '7fe0,0010', vr: 'OB', fragments: [new Uint8Array(8)] }]).slice(0, -8),
      ],
      [
        'a fragment longer than the file',
        'dicom-truncated',
        () => part10([{ tag: '7fe0,0010', vr: 'OB', fragments: [new Uint8Array(8)] }]).slice(0, -12),
      ],
      ['a deflated stream that is cut', 'dicom-truncated', () => part10(ELEMENTS, 'deflated').slice(0, -20)],
      [
        'a deflated stream that is none',
        'dicom-malformed',
        () => withHeader(Buffer.alloc(64, 0xff), UID.deflated),
      ],
      [
        'a value longer than its item',
        'dicom-malformed',
        () =>
          part10(
            [
              { tag: '0054,0220', vr: 'SQ', value: [[{ tag: '0008,0100', vr: 'SH', claimedLength: 24 }]] },
              { tag: '0054,0400', vr: 'SH', value: 'sixteen letters.' },
            ],
            'implicit',
          ),
      ],
      [
        'a plain value of undefined length',
        'dicom-malformed',
        () =>
          part10([
            { tag: '0008,0100', vr: 'UT', claimedLength: 0xffffffff },
            { tag: '0054,0400', vr: 'SH', value: 'x' },
          ]),
      ],
      [
        'a sequence of something other than items',
        'dicom-malformed',
        () =>
          part10([
            { tag: '0054,0220', vr: 'SQ', claimedLength: 8 },
            { tag: '0054,0400', vr: 'SH', value: 'x' },
          ]),
      ],
      [
        'items without end',
        'dicom-too-large',
        () =>
          part10([
            {
              tag: '0054,0220',
              vr: 'SQ',
              value: Buffer.alloc(8 * 400_000, Buffer.from('feff00e000000000', 'hex')),
            },
          ]),
      ],
      ['an inflation bomb', 'dicom-too-large', () => inflationBomb(200)],
    ];
    for (const [what, code, bytes] of cases) {
      it(what, function () {
        this.timeout(10_000);
        expect(codeOf(() => readPart10(bytes()))).to.equal(`DicomReadError ${code}`);
      });
    }

    for (const [what, depth] of [
      ['a hundred', 100],
      ['a hundred thousand', 100_000],
    ] as const) {
      for (const syntax of ['explicit', 'implicit'] as const) {
        it(`sequences nested ${what} deep (${syntax})`, () => {
          const sequence = syntax === 'explicit' ? '08001511' + '53510000ffffffff' : '08001511' + 'ffffffff';
          const body = Buffer.alloc(
            depth * (sequence.length / 2 + 8),
            Buffer.from(`${sequence}feff00e0ffffffff`, 'hex'),
          );
          const end = Buffer.alloc(depth * 16, Buffer.from('feff0de000000000feffdde000000000', 'hex'));
          const file = withHeader(Buffer.concat([body, end]), UID[syntax]);
          expect(codeOf(() => readPart10(file))).to.equal('DicomReadError dicom-nested-too-deep');
        });
      }
    }
  });

  it('never repeats a value in its messages', () => {
    const file = part10([
      { tag: '0010,0010', vr: 'PN', value: 'Secret^Name' },
      { tag: '7fe0,0010', vr: 'OW', claimedLength: 99 },
    ]);
    expect(() => readPart10(file))
      .to.throw()
      .with.property('message')
      .that.does.not.include('Secret');
  });
});
