import type { RawAttribute } from '../dicom/index.js';

/** Scripts that an invented patient's name may be written in, each by its own SpecificCharacterSet. */
export type NameScript =
  | 'latin'
  | 'western'
  | 'japanese'
  /** Holds the byte of a backslash within a character: readers that split values by bytes take it for two. */
  | 'japanese-backslash'
  | 'greek'
  | 'cyrillic'
  | 'unicode'
  /** No patient's: says that this is a test. */
  | 'test';

interface InventedName {
  characterSet: string;
  /** Hexadecimal, as it stands in the file: this is what has to survive byte for byte. */
  name: string;
}

const NAMES: Record<NameScript, InventedName> = {
  // Phantom^Mamori
  latin: { characterSet: 'ISO_IR 6', name: '5068616e746f6d5e4d616d6f7269' },
  // Fantôme^Mamori in Latin alphabet No. 1
  western: { characterSet: 'ISO_IR 100', name: '46616e74f46d655e4d616d6f7269' },
  // Mamori^Tori=守^鳥=まもり^とり with escapes to JIS X 0208 and back (PS3.5 Annex H)
  japanese: {
    characterSet: '\\ISO 2022 IR 87',
    name:
      '4d616d6f72695e546f72693d1b24423c691b28425e1b2442443b1b28423d' +
      '1b2442245e2462246a1b28425e1b24422448246a1b2842',
  },
  // Mamori^Maboroshi=守^幻=まもり^まぼろし: the second byte of ぼ is 5C
  'japanese-backslash': {
    characterSet: '\\ISO 2022 IR 87',
    name:
      '4d616d6f72695e4d61626f726f7368693d1b24423c691b28425e1b244238381b28423d' +
      '1b2442245e2462246a1b28425e1b2442245e245c246d24371b2842',
  },
  // Μαμόρι^Φάντασμα
  greek: { characterSet: 'ISO_IR 126', name: 'cce1ecfcf1e95ed6dcedf4e1f3ece1' },
  // Мамори^Фантом
  cyrillic: { characterSet: 'ISO_IR 144', name: 'bcd0dcdee0d85ec4d0dde2dedc' },
  test: {
    characterSet: 'ISO_IR 6',
    name: Buffer.from('TEST OBJECT^NOT A PATIENT', 'latin1').toString('hex'),
  },
  unicode: {
    characterSet: 'ISO_IR 192',
    name: Buffer.from('Phantom^Mamori=幻^守=まぼろし^まもり', 'utf8').toString('hex'),
  },
};

/** SpecificCharacterSet and PatientName as raw attributes; nobody has ever had this name. */
export function inventedName(script: NameScript): RawAttribute[] {
  const { characterSet, name } = NAMES[script];
  const charset: RawAttribute = {
    tag: '00080005',
    vr: 'CS',
    bytes: padded(Buffer.from(characterSet, 'latin1')),
  };
  const patientName: RawAttribute = { tag: '00100010', vr: 'PN', bytes: padded(Buffer.from(name, 'hex')) };
  // The default repertoire has no defined term of its own: it is meant where the attribute is missing.
  return characterSet === 'ISO_IR 6' ? [patientName] : [charset, patientName];
}

function padded(bytes: Uint8Array): Uint8Array {
  if (bytes.length % 2 === 0) return Uint8Array.from(bytes);
  const even = new Uint8Array(bytes.length + 1).fill(0x20);
  even.set(bytes);
  return even;
}
