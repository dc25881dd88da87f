import { withoutPadding } from './padding.js';

/**
 * Decoding of text by Specific Character Set (0008,0005), PS3.5 §6.1 and PS3.3 C.12.1.1.2.
 *
 * For Mamori's own logic and its logs only: what is copied from a source into a result is copied as bytes.
 */

/** Encoding Standard labels of the single-byte and the stand-alone repertoires. */
const LABELS: Record<string, string> = {
  '6': 'windows-1252',
  '13': 'shift_jis',
  '100': 'windows-1252',
  '101': 'iso-8859-2',
  '109': 'iso-8859-3',
  '110': 'iso-8859-4',
  '126': 'iso-8859-7',
  '127': 'iso-8859-6',
  '138': 'iso-8859-8',
  '144': 'iso-8859-5',
  '148': 'windows-1254',
  '166': 'windows-874',
  '192': 'utf-8',
  '203': 'iso-8859-15',
  '58': 'gbk',
  '149': 'euc-kr',
  GB18030: 'gb18030',
  GBK: 'gbk',
};

/** Escape sequences after ESC (PS3.3 tables C.12-3 and C.12-4) and the set that each brings into G0 or G1. */
const ESCAPES: [sequence: string, half: 'g0' | 'g1', label: string][] = [
  ['$(D', 'g0', 'jis-x-0212'],
  ['$)C', 'g1', 'euc-kr'],
  ['$)A', 'g1', 'gbk'],
  ['$B', 'g0', 'jis-x-0208'],
  ['$@', 'g0', 'jis-x-0208'],
  ['(B', 'g0', 'ascii'],
  ['(J', 'g0', 'ascii'],
  [')I', 'g1', 'shift_jis'],
  ['-A', 'g1', 'windows-1252'],
  ['-B', 'g1', 'iso-8859-2'],
  ['-C', 'g1', 'iso-8859-3'],
  ['-D', 'g1', 'iso-8859-4'],
  ['-F', 'g1', 'iso-8859-7'],
  ['-G', 'g1', 'iso-8859-6'],
  ['-H', 'g1', 'iso-8859-8'],
  ['-L', 'g1', 'iso-8859-5'],
  ['-M', 'g1', 'windows-1254'],
  ['-T', 'g1', 'windows-874'],
  ['-b', 'g1', 'iso-8859-15'],
];

const ESC = 0x1b;
const decoders = new Map<string, InstanceType<typeof TextDecoder>>();

function decodeAs(label: string, bytes: Uint8Array): string {
  let decoder = decoders.get(label);
  if (decoder === undefined) {
    decoder = new TextDecoder(label, { ignoreBOM: true });
    decoders.set(label, decoder);
  }
  return decoder.decode(bytes);
}

/** `ISO_IR 100`, `ISO 2022 IR 100`, and the habits `ISO-IR 100`, `ISO_IR100`, or padded by NUL: all `100`. */
function repertoire(term: string): string {
  const name = withoutPadding(term, '\0 ').trim().toUpperCase();
  const registration = /^ISO[-_ ]?(?:2022[-_ ]?)?(?:IR[-_ ]?)?(\d+)$/.exec(name);
  if (registration !== null) return registration[1]!;
  if (name === 'UTF-8' || name === 'UTF8') return '192';
  return name.replace(/^ISO 2022 /, '');
}

/** A data set's character set; items without one of their own use their parent's. */
export class CharacterSet {
  /** The default repertoire, with Latin 1 above it, as files that name no character set often mean it. */
  static readonly default = new CharacterSet([]);

  readonly #initial: string;
  readonly #escapes: boolean;

  /** @param terms values of SpecificCharacterSet; unknown terms count as Latin 1 */
  constructor(terms: string[]) {
    this.#initial = LABELS[repertoire(terms[0] ?? '')] ?? 'windows-1252';
    this.#escapes = terms.length > 1 || /2022/.test(terms[0] ?? '');
  }

  /** Never fails: bytes outside the character set become U+FFFD. */
  decode(bytes: Uint8Array): string {
    if (!this.#escapes || !bytes.includes(ESC)) return decodeAs(this.#initial, bytes);
    return this.#decodeWithExtensions(bytes);
  }

  /** Code extensions (PS3.5 §6.1.2.5): escape sequences switch the lower (G0) and upper (G1) half. */
  #decodeWithExtensions(bytes: Uint8Array): string {
    let text = '';
    let g0 = 'ascii';
    let g1 = this.#initial;
    let start = 0;
    const flush = (end: number): void => {
      if (end > start) text += decodeHalves(bytes.subarray(start, end), g0, g1);
      start = end;
    };
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === ESC) {
        const escaped = ESCAPES.find(([sequence]) => matches(bytes, at + 1, sequence));
        if (escaped === undefined) continue;
        flush(at);
        if (escaped[1] === 'g0') g0 = escaped[2];
        else g1 = escaped[2];
        start = at + 1 + escaped[0].length;
        at = start - 1;
      } else if (g0 === 'ascii' && g1 !== this.#initial && isDelimiter(byte)) {
        // Delimiters bring back the first value's set (PS3.5 §6.1.2.5.3).
        flush(at);
        g1 = this.#initial;
      }
    }
    flush(bytes.length);
    return text;
  }
}

function matches(bytes: Uint8Array, at: number, sequence: string): boolean {
  for (let i = 0; i < sequence.length; i++) {
    if (bytes[at + i] !== sequence.charCodeAt(i)) return false;
  }
  return true;
}

/** Backslash, caret, equals sign and the control characters of multi-line text. */
function isDelimiter(byte: number): boolean {
  return byte === 0x5c || byte === 0x5e || byte === 0x3d || (byte >= 0x09 && byte <= 0x0d);
}

function decodeHalves(bytes: Uint8Array, g0: string, g1: string): string {
  if (g0 === 'ascii') return decodeAs(g1, bytes);
  // The two JIS planes are EUC-JP's with the high bits off; plane 0212 takes the prefix 8F there.
  const euc: number[] = [];
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    if (g0 === 'jis-x-0212') euc.push(0x8f);
    euc.push(bytes[at]! | 0x80, bytes[at + 1]! | 0x80);
  }
  return decodeAs('euc-jp', Uint8Array.from(euc));
}
