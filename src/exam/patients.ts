import { CharacterSet, type RawAttribute, type SourceInstance } from '../dicom/index.js';

/** By what images tell whose they are. */
const TOLD_BY = [
  { tag: '00100020', name: 'Patient ID', isSame: sameText },
  { tag: '00100030', name: 'birth date', isSame: sameDate },
  { tag: '00100010', name: 'name', isSame: sameName },
] as const;

const CHARACTER_SET = '00080005';

/**
 * By what the images name two patients, in the reader's words; undefined where they do not. What an image leaves empty
 * says nothing, and how a name is written (case, accents, spaces, its character set) does not count.
 */
export function toldApartBy(sources: readonly SourceInstance[]): string | undefined {
  for (const { tag, name, isSame } of TOLD_BY) {
    const values = [...new Set(sources.map(({ patientAndStudy }) => textOf(patientAndStudy, tag)))];
    const [first, ...others] = values.filter((value) => value !== '');
    if (first !== undefined && others.some((other) => !isSame(first, other))) return name;
  }
  return undefined;
}

function textOf(attributes: readonly RawAttribute[], tag: string): string {
  const bytesOf = (wanted: string) => attributes.find((one) => one.tag === wanted)?.bytes;
  const terms = Buffer.from(bytesOf(CHARACTER_SET) ?? []).toString('latin1');
  const text = new CharacterSet(terms.split('\\')).decode(bytesOf(tag) ?? new Uint8Array(0));
  return text.replaceAll('\0', '').trim();
}

function sameText(a: string, b: string): boolean {
  return a === b;
}

/** ACR-NEMA dates have dots. */
function sameDate(a: string, b: string): boolean {
  return a.replaceAll('.', '') === b.replaceAll('.', '');
}

/**
 * A name is written in up to three ways (PS3.5 §6.2.1: alphabetic, ideographic, phonetic), not the same ones by every
 * device: one that both images have and that is the same is enough, and where they have none in common they do not
 * contradict each other.
 */
function sameName(a: string, b: string): boolean {
  const [ours, theirs] = [a, b].map((name) => name.split('=').map(plain));
  const common = ours!.flatMap((group, i) => (group !== '' && (theirs![i] ?? '') !== '' ? [i] : []));
  return common.length === 0 || common.some((i) => ours![i] === theirs![i]);
}

function plain(name: string): string {
  return name
    .normalize('NFKD')
    .toUpperCase()
    .replace(/[^\p{Letter}\p{Number}]/gu, '');
}
