import { expect } from 'chai';
import {
  deriveUid,
  readPart10,
  registerPatientAndStudy,
  sopClass,
  writePart10,
} from '../../src/dicom/index.js';
import { part10 } from './byteStreams.js';

/** PS3.5 annexes H, I, J and K, and the same names in the sets without code extensions. */
const NAMES: [characterSet: string, hex: string, text: string][] = [
  ['ISO_IR 100', hexOf('Gr\xfcn^\xc9va', 'latin1'), 'Grün^Éva'],
  ['ISO_IR 101', '57b3f36462', 'Włódb'],
  ['ISO_IR 144', 'bbeedae1d5dcd1e3e0d3', 'Люксембург'],
  ['ISO_IR 126', 'c4e9efede5e4', 'Διονεδ'],
  ['ISO_IR 127', 'e2c8c7e6ea5ee4e6d2c7d1', 'قباني^لنزار'],
  ['ISO_IR 138', 'f9f8e5ef5ee3e1e5f8e4', 'שרון^דבורה'],
  ['ISO_IR 166', 'cad8a1d1b9c2ec', 'สุกันย์'],
  ['ISO_IR 13', 'd4cfc0de5ec0dbb3', 'ﾔﾏﾀﾞ^ﾀﾛｳ'],
  ['ISO_IR 192', hexOf('Wang^XiaoDong=王^小东', 'utf8'), 'Wang^XiaoDong=王^小东'],
  ['GB18030', '57616e675e5869616f446f6e673dcdf55ed0a1b6ab', 'Wang^XiaoDong=王^小东'],
  ['GBK', 'cdf55ed0a1b6ab', '王^小东'],
  ['ISO 2022 IR 6\\ISO 2022 IR 100', '4772fc6e', 'Grün'],
  [
    '\\ISO 2022 IR 87',
    '59616d6164615e5461726f753d1b24423b3345441b28425e1b244242404f' +
      '3a1b28423d1b24422464245e24401b28425e1b2442243f246d24261b2842',
    'Yamada^Tarou=山田^太郎=やまだ^たろう',
  ],
  [
    'ISO 2022 IR 13\\ISO 2022 IR 87',
    'd4cfc0de5ec0dbb33d1b24423b3345441b284a5e1b244242404f3a1b284a' +
      '3d1b24422464245e24401b284a5e1b2442243f246d24261b284a',
    'ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう',
  ],
  [
    '\\ISO 2022 IR 149',
    '486f6e675e47696c646f6e673d1b242943fbf35e1b242943d1ced4d73d1b242943c8ab5e1b242943b1e6b5bf',
    'Hong^Gildong=洪^吉洞=홍^길동',
  ],
  [
    '\\ISO 2022 IR 58',
    '5a68616e675e5869616f446f6e673d1b242941d5c55e1b242941d0a1b6ab',
    'Zhang^XiaoDong=张^小东',
  ],
];

describe("patients' names", () => {
  for (const [characterSet, hex, text] of NAMES) {
    it(`in ${characterSet.replace(/^\\/, 'the default set and ')} are understood, and copied byte for byte`, () => {
      const name = even(Buffer.from(hex, 'hex'));
      const source = readPart10(
        part10([
          { tag: '0008,0005', vr: 'CS', value: characterSet },
          { tag: '0010,0010', vr: 'PN', value: name },
        ]),
      );
      expect(source.dataset.string('PatientName')).to.equal(text);

      const written = writePart10(
        { SOPClassUID: sopClass.Comprehensive3DSR, SOPInstanceUID: deriveUid('name') },
        { raw: registerPatientAndStudy(source.dataset) },
      );
      const copy = readPart10(written).dataset;
      expect(hexOf(copy.bytes('PatientName')!)).to.equal(hexOf(name));
      expect(hexOf(copy.bytes('SpecificCharacterSet')!)).to.equal(
        hexOf(source.dataset.bytes('SpecificCharacterSet')!),
      );
      expect(copy.string('PatientName')).to.equal(text);
    });
  }

  it('in no named set are taken for Latin 1, and in an unknown one too', () => {
    const name = Buffer.from('Gr\xfcn', 'latin1');
    for (const characterSet of ['', 'ISO_IR 999', 'NONSENSE']) {
      const file = part10([
        { tag: '0008,0005', vr: 'CS', value: characterSet },
        { tag: '0010,0010', vr: 'PN', value: name },
      ]);
      expect(readPart10(file).dataset.string('PatientName')).to.equal('Grün');
    }
  });

  it('use the set of the item that they stand in, or else of what holds it', () => {
    const name = { tag: '0010,0010', vr: 'PN', value: Buffer.from([0xc4, 0xe9]) };
    const dataset = readPart10(
      part10([
        { tag: '0008,0005', vr: 'CS', value: 'ISO_IR 126' },
        {
          tag: '0010,1002',
          vr: 'SQ',
          value: [[name], [{ tag: '0008,0005', vr: 'CS', value: 'ISO_IR 100' }, name]],
        },
      ]),
    ).dataset;
    const names = dataset.items('OtherPatientIDsSequence').map((item) => item.string('PatientName'));
    expect(names).to.deep.equal(['Δι', 'Äé']);
  });

  it('with a backslash as second byte of a character are not split there', () => {
    // 0x85 0x5C in GB18030; JIS X 0208 row 0x21 0x5C.
    const file = (characterSet: string, hex: string) =>
      readPart10(
        part10([
          { tag: '0008,0005', vr: 'CS', value: characterSet },
          { tag: '0010,1001', vr: 'PN', value: even(Buffer.from(hex, 'hex')) },
        ]),
      ).dataset.strings('OtherPatientNames');
    expect(file('GB18030', '855c5c41')).to.have.length(2);
    expect(file('\\ISO 2022 IR 87', '1b2442215c1b28425c41')).to.deep.equal(['＋', 'A']);
  });
});

function even(bytes: Buffer): Buffer {
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.from(' ')]);
}

function hexOf(value: string | Uint8Array, encoding: BufferEncoding = 'latin1'): string {
  return (typeof value === 'string' ? Buffer.from(value, encoding) : Buffer.from(value)).toString('hex');
}
