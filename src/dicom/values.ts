/** Bytes of one word of each VR whose byte order matters (PS3.5 §7.3); the byte VRs OB and UN have none. */
export const BINARY_WORD_BYTES: Record<string, 1 | 2 | 4 | 8> = {
  US: 2,
  SS: 2,
  AT: 2,
  OW: 2,
  UL: 4,
  SL: 4,
  FL: 4,
  OF: 4,
  OL: 4,
  FD: 8,
  OD: 8,
};

/** VRs whose characters Specific Character Set rules (PS3.5 §6.1.2.2). */
export function isText(vr: string): boolean {
  return ['SH', 'LO', 'ST', 'LT', 'PN', 'UC', 'UT'].includes(vr);
}

/** VRs in which a backslash is a character like any other (PS3.5 §6.4). */
export function isUnsplit(vr: string): boolean {
  return ['ST', 'LT', 'UT', 'UR'].includes(vr);
}

/** Whole words only: bytes left over at the end are ignored. */
export function readNumbers(bytes: Uint8Array, vr: string, littleEndian: boolean): number[] {
  const size = BINARY_WORD_BYTES[vr] ?? 2;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numbers: number[] = [];
  for (let at = 0; at + size <= bytes.length; at += size) numbers.push(readWord(view, at, vr, littleEndian));
  return numbers.every(Number.isFinite) ? numbers : [];
}

function readWord(view: DataView, at: number, vr: string, littleEndian: boolean): number {
  switch (vr) {
    case 'SS':
      return view.getInt16(at, littleEndian);
    case 'UL':
    case 'OL':
      return view.getUint32(at, littleEndian);
    case 'SL':
      return view.getInt32(at, littleEndian);
    case 'FL':
    case 'OF':
      return view.getFloat32(at, littleEndian);
    case 'FD':
    case 'OD':
      return view.getFloat64(at, littleEndian);
    default:
      return view.getUint16(at, littleEndian);
  }
}

/** Words in little-endian order; the numbers have been checked. */
export function writeNumbers(numbers: readonly number[], vr: string): Uint8Array {
  const size = BINARY_WORD_BYTES[vr] ?? 2;
  const bytes = new Uint8Array(numbers.length * size);
  const view = new DataView(bytes.buffer);
  numbers.forEach((number, index) => {
    const at = index * size;
    if (vr === 'FL' || vr === 'OF') view.setFloat32(at, number, true);
    else if (size === 8) view.setFloat64(at, number, true);
    else if (size === 4) view.setUint32(at, number, true);
    else view.setUint16(at, number, true);
  });
  return bytes;
}

/** The same words in little-endian order: the bytes themselves, or a swapped copy. */
export function toLittleEndian(bytes: Uint8Array, vr: string, littleEndian: boolean): Uint8Array {
  const size = BINARY_WORD_BYTES[vr];
  if (littleEndian || size === undefined || size === 1) return bytes;
  const swapped = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % size)));
  if (size === 2) return swapped.swap16();
  return size === 4 ? swapped.swap32() : swapped.swap64();
}
