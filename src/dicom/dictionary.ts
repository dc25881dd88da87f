import dcmjs from 'dcmjs';

/** An attribute of the data dictionary (PS3.6), as dcmjs carries it. */
export interface DictionaryAttribute {
  keyword: string;
  /** Eight upper-case hexadecimal digits. */
  tag: string;
  /** A VR of PS3.5, or `ox`, `xs`, `lt` where the pixel attributes decide. */
  vr: string;
}

/** dcmjs has "up" for the pointers of DICOMDIR, which are UL. */
const VR_IN_DCMJS: Record<string, string> = { up: 'UL', na: 'UN' };

const byKeyword = new Map<string, DictionaryAttribute>();
const byTag = new Map<string, DictionaryAttribute>();
for (const entry of Object.values(dcmjs.data.DicomMetaDictionary.nameMap)) {
  const tag = entry.tag.replace(/[(),]/g, '').toUpperCase();
  // Repeating groups ((60xx,3000)) have no one tag.
  if (!/^[0-9A-F]{8}$/.test(tag)) continue;
  const attribute = { keyword: entry.name, tag, vr: VR_IN_DCMJS[entry.vr] ?? entry.vr };
  byKeyword.set(attribute.keyword, attribute);
  if (!byTag.has(tag)) byTag.set(tag, attribute);
}

/** @throws TypeError if the keyword is not in the dictionary: a misspelling in our own code. */
export function attributeOf(keyword: string): DictionaryAttribute {
  const attribute = byKeyword.get(keyword);
  if (attribute === undefined) throw new TypeError(`"${keyword}" is no keyword of the DICOM dictionary`);
  return attribute;
}

/** Whether an attribute holds text that a pattern can be held against; undefined for what is no keyword. */
export function isTextAttribute(keyword: string): boolean | undefined {
  const attribute = byKeyword.get(keyword);
  return attribute && TEXT_VRS.has(attribute.vr);
}

const TEXT_VRS = new Set('AE AS CS DA DS DT IS LO LT PN SH ST TM UC UI UR UT'.split(' '));

/** Every keyword of the dictionary. */
export function dictionaryKeywords(): string[] {
  return [...byKeyword.keys()];
}

/** @param tag eight upper-case hexadecimal digits */
export function attributeAt(tag: string): DictionaryAttribute | undefined {
  return byTag.get(tag);
}
