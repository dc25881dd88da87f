import { expect } from 'chai';
import { offsetMinutes } from '../../src/dicom/dateTime.js';
import { type Dataset, DicomJson, readPart10 } from '../../src/dicom/index.js';
import { type HandMade, part10, type Syntax } from './byteStreams.js';

const dataset = (elements: HandMade[], syntax: Syntax = 'explicit'): Dataset =>
  readPart10(part10(elements, syntax)).dataset;

describe('Dataset', () => {
  it('takes absent, empty and unreadable values for none', () => {
    const data = dataset([
      { tag: '0008,1030', vr: 'LO', value: '' },
      { tag: '0018,0050', vr: 'DS', value: 'thick' },
      { tag: '0018,1164', vr: 'DS', value: '0.1\\ ' },
      { tag: '0020,0013', vr: 'IS', value: ' ' },
      { tag: '0028,0010', vr: 'US', value: Uint8Array.of(1) },
    ]);
    for (const keyword of ['StudyDescription', 'PatientName', 'InstanceNumber', 'Rows']) {
      expect(data.string(keyword), keyword).to.equal(undefined);
      expect(data.strings(keyword), keyword).to.deep.equal([]);
    }
    for (const keyword of [
      'SliceThickness',
      'ImagerPixelSpacing',
      'InstanceNumber',
      'Rows',
      'Columns',
      'StudyDescription',
    ]) {
      expect(data.number(keyword), keyword).to.equal(undefined);
      expect(data.numbers(keyword), keyword).to.deep.equal([]);
    }
    expect(data.has('StudyDescription')).to.equal(true);
    expect(data.has('PatientName')).to.equal(false);
    expect(data.items('ViewCodeSequence')).to.deep.equal([]);
    expect(data.pixelData()).to.equal(undefined);
  });

  it('says which keyword is none, so that a misspelling is not taken for an absent value', () => {
    expect(() => dataset([{ tag: '0028,0010', vr: 'US', value: [1] }]).number('Row')).to.throw(
      TypeError,
      /"Row"/,
    );
  });

  it('removes padding, and keeps what may mean something', () => {
    const data = dataset([
      { tag: '0008,0008', vr: 'CS', value: ' ORIGINAL \\\\PRIMARY' },
      { tag: '0008,0018', vr: 'UI', value: '1.2.3' },
      { tag: '0020,4000', vr: 'LT', value: '  indented \\ text  ' },
    ]);
    expect(data.strings('ImageType')).to.deep.equal(['ORIGINAL', '', 'PRIMARY']);
    expect(data.string('SOPInstanceUID')).to.equal('1.2.3');
    expect(data.strings('ImageComments')).to.deep.equal(['  indented \\ text']);
  });

  it('reads values of nothing but padding in time that grows with their length', () => {
    const padded = (padding: string) => `${padding.repeat(500_000)}x`;
    const start = process.cpuUsage();
    const data = dataset([
      { tag: '0008,0060', vr: 'UT', value: padded('\0') },
      { tag: '0020,4000', vr: 'UT', value: padded(' ') },
      { tag: '0018,0050', vr: 'UT', value: padded('0') },
      { tag: '0008,0201', vr: 'UT', value: padded('\0') },
    ]);
    for (const keyword of ['Modality', 'ImageComments', 'SliceThickness', 'TimezoneOffsetFromUTC'])
      expect(data.string(keyword)?.at(-1), keyword).to.equal('x');
    expect(offsetMinutes(padded('\0'))).to.equal(undefined);
    const name = new DicomJson({ '00100010': { vr: 'PN', Value: [{ Alphabetic: padded('=') }] } });
    expect(name.string('PatientName')?.at(-1)).to.equal('x');
    // Seconds of the processor, not of the clock; before it was minutes for each.
    expect(process.cpuUsage(start).user / 1e6).to.be.below(10);
  });

  it('lets Pixel Representation decide between US and SS, from an outer data set too', () => {
    const table: HandMade = { tag: '0028,3002', vr: 'US', value: [4096, 0xfff0, 12] };
    const lut: HandMade = { tag: '0028,3010', vr: 'SQ', value: [[table]] };
    const first = (representation: number) =>
      dataset([{ tag: '0028,0103', vr: 'US', value: [representation] }, lut], 'implicit').items(
        'VOILUTSequence',
      )[0]!;
    expect(first(0).numbers('LUTDescriptor')).to.deep.equal([4096, 0xfff0, 12]);
    expect(first(1).numbers('LUTDescriptor')).to.deep.equal([4096, -16, 12]);
  });

  it('reads codes with short, long and URN values', () => {
    const code = (tag: string, vr: string, value: string): HandMade[] => [
      { tag, vr, value },
      { tag: '0008,0102', vr: 'SH', value: 'S' },
      { tag: '0008,0104', vr: 'LO', value: 'M' },
    ];
    const sequence: HandMade = {
      tag: '0054,0220',
      vr: 'SQ',
      value: [
        code('0008,0100', 'SH', 'short'),
        code('0008,0119', 'UC', 'long'),
        [],
        code('0008,0120', 'UR', 'urn:x'),
      ],
    };
    const data = dataset([sequence]);
    expect(data.codes('ViewCodeSequence').map((one) => one.value)).to.deep.equal(['short', 'long', 'urn:x']);
    expect(data.code('ViewCodeSequence')).to.deep.equal({ value: 'short', scheme: 'S', meaning: 'M' });
  });

  describe('raw', () => {
    it('gives text untouched and numbers in little-endian order', () => {
      for (const syntax of ['implicit', 'explicit', 'big-endian'] as const) {
        const data = dataset(
          [
            { tag: '0010,0010', vr: 'PN', value: Buffer.from('\xff \x1b$BA', 'latin1') },
            { tag: '0028,0010', vr: 'US', value: [0x1234] },
            { tag: '0028,9001', vr: 'UL', value: [0x12345678] },
          ],
          syntax,
        );
        expect(hex(data, 'PatientName')).to.equal('ff201b244241');
        expect(hex(data, 'Rows')).to.equal('3412');
        expect(hex(data, 'DataPointRows')).to.equal('78563412');
        expect(data.raw('Rows')).to.include({ tag: '00280010', vr: 'US' });
      }
    });

    it('pads to even length as the VR wants it', () => {
      const data = dataset([
        { tag: '0008,0018', vr: 'UI', value: Buffer.from('1.2') },
        { tag: '0010,0010', vr: 'PN', value: Buffer.from('A^B') },
      ]);
      expect(Buffer.from(data.raw('SOPInstanceUID')!.bytes).toString()).to.equal('1.2\0');
      expect(Buffer.from(data.raw('PatientName')!.bytes).toString()).to.equal('A^B ');
    });

    it("gives the dictionary's VR where an archive has written UN, and no sequences", () => {
      const data = dataset([
        { tag: '0010,0010', vr: 'UN', value: Buffer.from('A^B ') },
        { tag: '0054,0220', vr: 'SQ', value: [[]] },
      ]);
      expect(data.raw('PatientName')?.vr).to.equal('PN');
      expect(data.string('PatientName')).to.equal('A^B');
      expect(data.raw('ViewCodeSequence')).to.equal(undefined);
    });
  });

  it('does not take a value apart that is absurdly long', () => {
    const data = dataset([{ tag: '0008,0008', vr: 'CS', value: Buffer.alloc(2 << 20, '\\') }], 'implicit');
    expect(data.strings('ImageType')).to.deep.equal([]);
    expect(data.bytes('ImageType')).to.have.length(2 << 20);
  });
});

function hex(data: Dataset, keyword: string): string {
  const { bytes } = data.raw(keyword)!;
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/(?<=42)20$/, '');
}
