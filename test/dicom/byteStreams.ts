import { deflateRawSync } from 'node:zlib';

/** A data element for a stream made by hand: items for SQ, numbers for binary VRs, text or bytes otherwise. */
export interface HandMade {
  /** `gggg,eeee` */
  tag: string;
  vr: string;
  value?: string | Uint8Array | number[] | HandMade[][];
  /** Sequences and items of undefined length with delimiters; fragments of encapsulated pixel data. */
  undefinedLength?: boolean;
  fragments?: Uint8Array[];
  /** Claims this length instead of the value's own. */
  claimedLength?: number;
}

export type Syntax = 'implicit' | 'explicit' | 'big-endian';

export const UID: Record<Syntax | 'deflated', string> = {
  implicit: '1.2.840.10008.1.2',
  explicit: '1.2.840.10008.1.2.1',
  'big-endian': '1.2.840.10008.1.2.2',
  deflated: '1.2.840.10008.1.2.1.99',
};

const LONG = ['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV'];

export function part10(
  elements: HandMade[],
  syntax: Syntax | 'deflated' = 'explicit',
  uid = UID[syntax],
): Uint8Array {
  const body = encode(elements, syntax === 'deflated' ? 'explicit' : syntax);
  return withHeader(syntax === 'deflated' ? deflateRawSync(body) : body, uid);
}

export function withHeader(body: Uint8Array, transferSyntaxUID: string): Uint8Array {
  const rest = encode([{ tag: '0002,0010', vr: 'UI', value: transferSyntaxUID }], 'explicit');
  const length = encode([{ tag: '0002,0000', vr: 'UL', value: [rest.length] }], 'explicit');
  return new Uint8Array(Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), length, rest, body]));
}

export function encode(elements: HandMade[], syntax: Syntax): Buffer {
  return Buffer.concat(elements.map((element) => encodeElement(element, syntax)));
}

function encodeElement(element: HandMade, syntax: Syntax): Buffer {
  const little = syntax !== 'big-endian';
  const value = element.fragments ? encapsulate(element.fragments) : encodeValue(element, syntax);
  const undefinedLength = element.undefinedLength === true || element.fragments !== undefined;
  const length = element.claimedLength ?? (undefinedLength ? 0xffffffff : value.length);
  const delimiter = element.undefinedLength ? item('fffe,e0dd', Buffer.alloc(0), little) : Buffer.alloc(0);
  const header =
    syntax === 'implicit'
      ? Buffer.concat([tagBytes(element.tag, little), word(length, 4, little)])
      : LONG.includes(element.vr)
        ? Buffer.concat([
            tagBytes(element.tag, little),
            Buffer.from(element.vr),
            Buffer.alloc(2),
            word(length, 4, little),
          ])
        : Buffer.concat([tagBytes(element.tag, little), Buffer.from(element.vr), word(length, 2, little)]);
  return Buffer.concat([header, value, delimiter]);
}

function encodeValue({ vr, value, undefinedLength }: HandMade, syntax: Syntax): Buffer {
  const little = syntax !== 'big-endian';
  if (value === undefined) return Buffer.alloc(0);
  if (typeof value === 'string')
    return Buffer.from(value.length % 2 ? value + (vr === 'UI' ? '\0' : ' ') : value, 'latin1');
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (vr === 'SQ' || (vr === 'UN' && typeof value[0] === 'object')) {
    return Buffer.concat(
      (value as HandMade[][]).map((one) => {
        const content = encode(one, syntax);
        if (!undefinedLength) return item('fffe,e000', content, little);
        const open = Buffer.concat([tagBytes('fffe,e000', little), word(0xffffffff, 4, little)]);
        return Buffer.concat([open, content, item('fffe,e00d', Buffer.alloc(0), little)]);
      }),
    );
  }
  return Buffer.concat((value as number[]).map((number) => binary(number, vr, little)));
}

function encapsulate(fragments: Uint8Array[]): Buffer {
  const items = [Buffer.alloc(0), ...fragments].map((one) => item('fffe,e000', Buffer.from(one), true));
  return Buffer.concat([...items, item('fffe,e0dd', Buffer.alloc(0), true)]);
}

export function item(tag: string, content: Buffer, little: boolean): Buffer {
  return Buffer.concat([tagBytes(tag, little), word(content.length, 4, little), content]);
}

function tagBytes(tag: string, little: boolean): Buffer {
  const [group, element] = tag.split(',').map((part) => Number.parseInt(part, 16));
  return Buffer.concat([word(group!, 2, little), word(element!, 2, little)]);
}

function word(value: number, bytes: 2 | 4, little: boolean): Buffer {
  const buffer = Buffer.alloc(bytes);
  if (little) buffer.writeUIntLE(value, 0, bytes);
  else buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}

function binary(value: number, vr: string, little: boolean): Buffer {
  const view = new DataView(new ArrayBuffer({ FD: 8, OD: 8, FL: 4, OF: 4, UL: 4, SL: 4, OL: 4 }[vr] ?? 2));
  if (vr === 'FD' || vr === 'OD') view.setFloat64(0, value, little);
  else if (vr === 'FL' || vr === 'OF') view.setFloat32(0, value, little);
  else if (vr === 'SL') view.setInt32(0, value, little);
  else if (vr === 'UL' || vr === 'OL') view.setUint32(0, value, little);
  else if (vr === 'SS') view.setInt16(0, value, little);
  else view.setUint16(0, value, little);
  return Buffer.from(view.buffer);
}

/** What chai has no matcher for: the code of the MamoriError that an action throws. */
export function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    const { name, code } = error as { name: string; code?: string };
    return `${name} ${code}`;
  }
  return 'no error';
}
