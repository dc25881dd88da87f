import type { Code } from './codes.js';
import type { Dataset } from './dataset.js';
import { attributeOf } from './dictionary.js';
import { withoutPadding } from './padding.js';

/** The DICOM JSON Model (PS3.18 Annex F): attributes by tag, eight upper-case hexadecimal digits. */
export interface DicomJsonObject {
  [tag: string]: DicomJsonAttribute;
}

export interface DicomJsonAttribute {
  vr: string;
  Value?: unknown[];
}

/** One object of a QIDO-RS or STOW-RS answer, read by keyword as `Dataset` is. */
export class DicomJson {
  readonly #values = new Map<string, unknown[]>();

  /** @param json anything: what is not in the form of the model counts as absent */
  constructor(json: unknown) {
    if (typeof json !== 'object' || json === null) return;
    for (const [tag, attribute] of Object.entries(json)) {
      const value = (attribute as DicomJsonAttribute | null)?.Value;
      this.#values.set(tag.toUpperCase(), Array.isArray(value) ? value : []);
    }
  }

  has(keyword: string): boolean {
    return this.#values.has(attributeOf(keyword).tag);
  }

  /** First value, trimmed; `undefined` where there is none. */
  string(keyword: string): string | undefined {
    return this.strings(keyword)[0] || undefined;
  }

  /** All values as text; an empty one among others is `''`. A name's groups are joined by `=` (PS3.5 §6.2.1). */
  strings(keyword: string): string[] {
    const texts = this.#value(keyword).map(textOf);
    return texts.some((text) => text !== '') ? texts : [];
  }

  number(keyword: string): number | undefined {
    return this.numbers(keyword)[0];
  }

  /** All values, finite; `[]` if one of them is no number. Servers send IS and DS as numbers or as strings. */
  numbers(keyword: string): number[] {
    const numbers = this.strings(keyword).map((text) => (text === '' ? Number.NaN : Number(text)));
    return numbers.every(Number.isFinite) ? numbers : [];
  }

  /** Items of a sequence. */
  items(keyword: string): DicomJson[] {
    return this.#value(keyword)
      .filter((item) => typeof item === 'object' && item !== null)
      .map((item) => new DicomJson(item));
  }

  /** This item of a code sequence as a coded concept (PS3.3 §8.8). */
  asCode(): Code | undefined {
    const value = this.string('CodeValue') ?? this.string('LongCodeValue') ?? this.string('URNCodeValue');
    if (value === undefined) return undefined;
    const scheme = this.string('CodingSchemeDesignator') ?? '';
    return { value, scheme, meaning: this.string('CodeMeaning') ?? '' };
  }

  #value(keyword: string): unknown[] {
    return this.#values.get(attributeOf(keyword).tag) ?? [];
  }
}

export function fromDicomJson(json: unknown): DicomJson {
  return new DicomJson(json);
}

/**
 * The named attributes as a QIDO-RS answer has them: those that are absent stay absent, those without a value
 * have no `Value`, text is Unicode. Sequences come whole; binary values never.
 */
export function toDicomJson(
  dataset: Dataset,
  keywords: Iterable<string> = dataset.keywords(),
): DicomJsonObject {
  const json: DicomJsonObject = {};
  for (const keyword of keywords) {
    const vr = dataset.vr(keyword);
    if (vr === undefined || ['OB', 'OW', 'OF', 'OD', 'OL', 'UN'].includes(vr)) continue;
    const values = valuesOf(dataset, keyword, vr);
    json[attributeOf(keyword).tag] = values.length === 0 ? { vr } : { vr, Value: values };
  }
  return json;
}

function valuesOf(dataset: Dataset, keyword: string, vr: string): unknown[] {
  if (vr === 'SQ') return dataset.items(keyword).map((item) => toDicomJson(item));
  if (['US', 'SS', 'UL', 'SL', 'FL', 'FD', 'IS', 'DS'].includes(vr)) return dataset.numbers(keyword);
  if (vr === 'AT') return tagsOf(dataset.numbers(keyword));
  return dataset.strings(keyword).map((text) => (text === '' ? null : vr === 'PN' ? nameOf(text) : text));
}

function nameOf(text: string): Record<string, string> {
  const [alphabetic, ideographic, phonetic] = text.split('=');
  return {
    ...(alphabetic && { Alphabetic: alphabetic }),
    ...(ideographic && { Ideographic: ideographic }),
    ...(phonetic && { Phonetic: phonetic }),
  };
}

/** AT is two 16-bit words, group and element. */
function tagsOf(words: number[]): string[] {
  const tags: string[] = [];
  for (let at = 0; at + 1 < words.length; at += 2) {
    const tag = words[at]! * 0x10000 + words[at + 1]!;
    tags.push(tag.toString(16).toUpperCase().padStart(8, '0'));
  }
  return tags;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return plain(value);
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'object' || value === null) return '';
  const { Alphabetic, Ideographic, Phonetic } = value as Record<string, unknown>;
  const groups = [Alphabetic, Ideographic, Phonetic].map((group) =>
    typeof group === 'string' ? plain(group) : '',
  );
  return withoutPadding(groups.join('='), '=');
}

/** Some servers hand out a UID with the NUL that pads it in a file: taken for another one it would hide its study. */
function plain(text: string): string {
  return withoutPadding(text, '\0 ').trim();
}
