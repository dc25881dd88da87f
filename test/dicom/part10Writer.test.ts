import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import dcmjs from 'dcmjs';
import fc from 'fast-check';
import {
  type Attributes,
  type AttributeValue,
  readPart10,
  sopClass,
  writePart10,
} from '../../src/dicom/index.js';
import { needs } from '../parts.js';
import { codeOf } from './byteStreams.js';

const IDENTITY = { SOPClassUID: sopClass.SecondaryCapture, SOPInstanceUID: '2.25.123' };

function written(attributes: Attributes) {
  return readPart10(writePart10({ ...IDENTITY, ...attributes })).dataset;
}

const EVERYTHING: Attributes = {
  ...IDENTITY,
  ImageType: ['DERIVED', 'SECONDARY'],
  ContentDate: '20260102',
  ContentTime: '101112.5',
  Manufacturer: 'A maker',
  StudyDescription: '',
  PatientAge: '062Y',
  RetrieveAETitle: 'MAMORI',
  SeriesNumber: 7,
  PixelSpacing: [0.07, 1 / 3],
  Rows: 2,
  BitsAllocated: 16,
  PixelRepresentation: 1,
  PixelPaddingValue: -7,
  SelectorAttribute: '00181063',
  AcquisitionDuration: 0.125,
  GraphicData: [0.5, -3],
  ReferencedContentItemIdentifier: [1, 2, 4294967295],
  ReferencePixelX0: -2147483648,
  TextValue: 'One \\ two\r\nthree',
  ICCProfile: Uint8Array.of(1, 2, 3),
  AcquisitionContextSequence: [],
  ViewCodeSequence: [{ CodeValue: '399162004', ViewModifierCodeSequence: [{ CodeValue: 'x' }, {}] }],
  PixelData: Uint16Array.of(1, 2, 0xabcd),
};

describe('writePart10', () => {
  it('writes what reads back the same', () => {
    const dataset = written(EVERYTHING);
    expect(dataset.strings('ImageType')).to.deep.equal(['DERIVED', 'SECONDARY']);
    expect(dataset.string('ContentTime')).to.equal('101112.5');
    expect(dataset.has('StudyDescription')).to.equal(true);
    expect(dataset.strings('StudyDescription')).to.deep.equal([]);
    expect(dataset.number('SeriesNumber')).to.equal(7);
    expect(dataset.strings('PixelSpacing')).to.deep.equal(['0.07', '0.33333333333333']);
    expect(dataset.vr('PixelPaddingValue')).to.equal('SS');
    expect(dataset.number('PixelPaddingValue')).to.equal(-7);
    expect(dataset.numbers('SelectorAttribute')).to.deep.equal([0x0018, 0x1063]);
    expect(dataset.number('AcquisitionDuration')).to.equal(0.125);
    expect(dataset.numbers('GraphicData')).to.deep.equal([0.5, -3]);
    expect(dataset.numbers('ReferencedContentItemIdentifier')).to.deep.equal([1, 2, 4294967295]);
    expect(dataset.number('ReferencePixelX0')).to.equal(-2147483648);
    expect(dataset.string('TextValue')).to.equal('One \\ two\r\nthree');
    expect([...dataset.bytes('ICCProfile')!]).to.deep.equal([1, 2, 3, 0]);
    expect(dataset.has('AcquisitionContextSequence')).to.equal(true);
    const view = dataset.items('ViewCodeSequence')[0]!;
    expect(view.string('CodeValue')).to.equal('399162004');
    expect(view.items('ViewModifierCodeSequence')).to.have.length(2);
    expect(dataset.vr('PixelData')).to.equal('OW');
    expect(dataset.numbers('PixelData')).to.deep.equal([1, 2, 0xabcd]);
  });

  it('writes what dcmjs reads', () => {
    const file = writePart10(EVERYTHING);
    const { DicomMessage, DicomMetaDictionary } = (dcmjs as unknown as { data: DcmjsReader }).data;
    const natural = DicomMetaDictionary.naturalizeDataset(DicomMessage.readFile(file.buffer).dict);
    expect(natural).to.deep.include({ SeriesNumber: 7, PixelPaddingValue: -7, AcquisitionDuration: 0.125 });
    expect(natural.GraphicData).to.deep.equal([0.5, -3]);
  });

  it('gives the same bytes for the same input, in whatever order it is named', () => {
    const reversed = Object.fromEntries(Object.entries(EVERYTHING).reverse());
    expect(Buffer.from(writePart10(reversed)).equals(writePart10(EVERYTHING))).to.equal(true);
  });

  it('writes elements in order of tags, raw ones among them', () => {
    const raw = [
      { tag: '00100010', vr: 'PN', bytes: Buffer.from('A^B ') },
      { tag: '00080005', vr: 'CS', bytes: Buffer.from('ISO_IR 100') },
    ];
    const dataset = readPart10(writePart10({ ...IDENTITY, Rows: 1, Modality: 'MG' }, { raw })).dataset;
    const file = Buffer.from(writePart10({ ...IDENTITY, Rows: 1, Modality: 'MG' }, { raw }));
    expect(dataset.keywords()).to.deep.equal([
      'SpecificCharacterSet',
      'SOPClassUID',
      'SOPInstanceUID',
      'Modality',
      'PatientName',
      'Rows',
    ]);
    expect(file.indexOf('ISO_IR 100')).to.be.lessThan(file.indexOf('A^B '));
  });

  it('prefers our own attribute to the raw one of the same tag', () => {
    const raw = [{ tag: '00080060', vr: 'CS', bytes: Buffer.from('MG') }];
    const file = writePart10({ ...IDENTITY, Modality: 'SR' }, { raw });
    expect(readPart10(file).dataset.strings('Modality')).to.deep.equal(['SR']);
  });

  it('leaves out what is undefined and keeps what is empty', () => {
    const dataset = written({ PatientName: undefined, PatientID: '', Laterality: [] });
    expect(dataset.has('PatientName')).to.equal(false);
    expect([...dataset.bytes('PatientID')!, ...dataset.bytes('Laterality')!]).to.deep.equal([]);
  });

  it('takes OB for pixels of up to 8 bits and OW above, padded to even length', () => {
    const dataset = written({ BitsAllocated: 8, PixelData: Uint8Array.of(1, 2, 3) });
    expect(dataset.vr('PixelData')).to.equal('OB');
    expect([...dataset.bytes('PixelData')!]).to.deep.equal([1, 2, 3, 0]);
  });

  it('writes a view of a larger buffer as what it shows', () => {
    const pixels = Uint16Array.of(9, 1, 2, 9).subarray(1, 3);
    expect(written({ BitsAllocated: 16, PixelData: pixels }).numbers('PixelData')).to.deep.equal([1, 2]);
  });

  it('writes any decimal in at most 16 characters, as close as they allow', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e30, max: 1e30 }), (value) => {
        const text = written({ SliceThickness: value }).string('SliceThickness')!;
        expect(text.length).to.be.at.most(16);
        expect(Math.abs(Number(text) - value)).to.be.at.most(Math.abs(value) * 1e-8);
      }),
      { examples: [[-0.0000011190094111900943]] },
    );
    const small = written({ SliceThickness: -0.0000011190094111900943 });
    expect(small.string('SliceThickness')).to.equal('-1.1190094112E-6');
  });

  it('writes any printable text as it is', () => {
    const text = fc.stringMatching(/^[!-[\]-~]([ -[\]-~]{0,60}[!-[\]-~])?$/);
    fc.assert(
      fc.property(text, (value) => {
        expect(written({ SeriesDescription: value }).string('SeriesDescription')).to.equal(value);
      }),
    );
  });

  describe('refuses', () => {
    const cases: [what: string, attributes: Record<string, AttributeValue>][] = [
      ['our own text outside ASCII', { SeriesDescription: 'Grün' }],
      ['control characters', { SeriesDescription: 'a\x1bb' }],
      ['a backslash that would make two values', { SeriesDescription: 'a\\b' }],
      ['text longer than its VR', { StationName: 'x'.repeat(17) }],
      ['a code string in lower case', { Modality: 'mg' }],
      ['a date that is none', { ContentDate: '2026-01-02' }],
      ['a UID with a leading zero', { SeriesInstanceUID: '1.02.3' }],
      ['a number out of range', { Rows: 65536 }],
      ['a fraction where whole numbers are', { Rows: 1.5 }],
      ['a number that is none', { AcquisitionDuration: Number.NaN }],
      ['a number as text', { SeriesDescription: 5 }],
      ['text as binary number', { Rows: '5' }],
      ['a sequence that is a string', { ViewCodeSequence: 'x' }],
      ['bytes for text', { SeriesDescription: new Uint8Array(2) }],
      ['numbers for bytes', { PixelData: [1, 2] }],
      ['more than 64 KB in a short VR', { GraphicData: new Array<number>(0x4001).fill(0) }],
      ['a file without a SOP class', { SOPClassUID: undefined }],
    ];
    for (const [what, attributes] of cases) {
      it(what, () => {
        expect(codeOf(() => writePart10({ ...IDENTITY, ...attributes }))).to.equal(
          'DicomWriteError dicom-unwritable',
        );
      });
    }

    it('a keyword that is none', () => {
      expect(() => writePart10({ ...IDENTITY, PatientNam: 'x' })).to.throw(TypeError, /PatientNam/);
    });

    it('without repeating the value, which may be a name', () => {
      expect(() => writePart10({ ...IDENTITY, PatientName: 'Grün' }))
        .to.throw()
        .with.property('message')
        .that.does.not.include('Gr');
    });
  });

  it('passes dcmftest and dcmdump without a warning', function () {
    needs(this, 'dcmdump', 'dcmftest');
    const folder = mkdtempSync(join(tmpdir(), 'mamori-dicom-'));
    try {
      const path = join(folder, 'written.dcm');
      writeFileSync(path, writePart10(EVERYTHING));
      expect(spawnSync('dcmftest', [path], { encoding: 'utf8' }).stdout).to.match(/^yes:/);
      const dump = spawnSync('dcmdump', ['-E', path], { encoding: 'utf8' });
      expect(dump.stderr).to.equal('');
      expect(dump.stdout).to.include('[MAMORI_0_1]').and.to.include('=LittleEndianExplicit');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

interface DcmjsReader {
  DicomMessage: { readFile(buffer: ArrayBufferLike): { dict: unknown } };
  DicomMetaDictionary: { naturalizeDataset(dict: unknown): Record<string, unknown> };
}
