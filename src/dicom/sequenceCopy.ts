import type { Dataset } from './dataset.js';
import { attributeOf } from './dictionary.js';
import { type EncodedElement, encodeItems, encodeRaw } from './elementEncoder.js';
import type { RawAttribute } from './source.js';

/** An item of a request or of another patient ID has some hundred bytes; far longer ones come from broken files. */
const MAX_BYTES = 32 * 1024;
/** A code within an issuer within an item, with room to spare. */
const MAX_DEPTH = 6;

/** VRs that no attribute of the copied modules has. */
const NOT_COPIED = new Set(['OB', 'OD', 'OF', 'OL', 'OW', 'UN', 'ox', 'xs', 'lt']);

/**
 * A sequence of a source in Explicit VR Little Endian (PS3.5 §7.5), whatever the source's encoding: the values of its
 * public text and number attributes byte for byte, in the character set that they are in.
 *
 * @returns undefined where there is no item, or more than can be meant
 */
export function copySequence(dataset: Dataset, keyword: string): RawAttribute | undefined {
  const items = dataset.items(keyword).map((item) => itemElements(item, 1));
  return items.length === 0 ? undefined : sequenceOf(keyword, items);
}

/** A sequence of items that are made of copied attributes. */
export function sequenceOf(keyword: string, items: EncodedElement[][]): RawAttribute | undefined {
  // Own memory: small buffers share theirs.
  const bytes = new Uint8Array(encodeItems(items));
  return bytes.length > MAX_BYTES ? undefined : { tag: attributeOf(keyword).tag, vr: 'SQ', bytes };
}

function itemElements(item: Dataset, depth: number): EncodedElement[] {
  return item.keywords().flatMap((keyword) => element(item, keyword, depth) ?? []);
}

function element(item: Dataset, keyword: string, depth: number): EncodedElement | undefined {
  const { tag, vr } = attributeOf(keyword);
  if (vr === 'SQ') {
    if (depth >= MAX_DEPTH) return undefined;
    const items = item.items(keyword).map((inner) => itemElements(inner, depth + 1));
    return encodeRaw({ tag, vr, bytes: encodeItems(items) });
  }
  const raw = NOT_COPIED.has(vr) ? undefined : item.raw(keyword);
  return raw && raw.bytes.length <= MAX_BYTES ? encodeRaw({ tag, vr, bytes: raw.bytes }) : undefined;
}
