import dicomParser, { type ByteArrayParser } from 'dicom-parser';
import { DicomReadError } from './errors.js';

/** A mammogram has some hundred elements, a long tomosynthesis with functional groups per frame some 50 000. */
const MAX_ELEMENTS = 200_000;

/** What one instance may cost, over all the streams that it is read from. */
export class ReadBudget {
  #left = MAX_ELEMENTS;

  spend(): void {
    this.#left -= 1;
    if (this.#left < 0) {
      throw new DicomReadError('dicom-too-large', `More than ${MAX_ELEMENTS} data elements in one instance`);
    }
  }
}

/**
 * dicom-parser's stream, which never leaves its bytes and never reads more elements than its budget.
 *
 * dicom-parser itself checks neither: it seeks past the end, and makes an object of some 150 bytes out of
 * every 8 bytes that look like an element.
 */
export class BoundedStream extends dicomParser.ByteStream {
  readonly #budget: ReadBudget;

  constructor(parser: ByteArrayParser, bytes: Uint8Array, position: number, budget: ReadBudget) {
    super(parser, bytes, position);
    this.#budget = budget;
    const seek = this.seek.bind(this);
    const readUint32 = this.readUint32.bind(this);
    // The declarations of dicom-parser have these as properties, so they cannot be overridden as methods.
    this.seek = (offset) => {
      if (this.position + offset > bytes.length) throw truncated(this.position, offset, bytes.length);
      seek(offset);
    };
    this.readUint16 = () => {
      const at = this.position;
      if (at + 2 > bytes.length) throw truncated(at, 2, bytes.length);
      this.position = at + 2;
      return parser.readUint16(bytes, at);
    };
    // Every item, every fragment and every implicit element has exactly one 32-bit length ...
    this.readUint32 = () => {
      if (this.position + 4 > bytes.length) throw truncated(this.position, 4, bytes.length);
      this.#budget.spend();
      return readUint32();
    };
    // ... and every explicit element exactly one VR.
    this.readFixedString = (length) => {
      const at = this.position;
      if (at + length > bytes.length) throw truncated(at, length, bytes.length);
      this.#budget.spend();
      this.position = at + length;
      const text = dicomParser.readFixedString(bytes, at, length);
      // dicom-parser does not know the 64-bit VRs of 2018; their header is OB's.
      return text === 'OV' || text === 'SV' || text === 'UV' ? 'OB' : text;
    };
  }
}

function truncated(position: number, wanted: number, length: number): DicomReadError {
  return new DicomReadError(
    'dicom-truncated',
    `${wanted} bytes are announced at position ${position}, but the stream ends at ${length}`,
  );
}
