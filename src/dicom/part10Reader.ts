import { inflateRawSync } from 'node:zlib';
import dicomParser, { type ByteArrayParser, type DataSet, type Element } from 'dicom-parser';
import { BoundedStream, ReadBudget } from './boundedStream.js';
import { Dataset } from './dataset.js';
import { attributeAt } from './dictionary.js';
import { DicomReadError } from './errors.js';
import { withoutPadding } from './padding.js';
import { transferSyntax } from './uids.js';

/** One instance of a Part 10 file (PS3.10 §7). */
export interface DicomInstance {
  transferSyntaxUID: string;
  dataset: Dataset;
}

/** Real objects have up to some ten levels; recursion in dicom-parser ends at some thousand. */
const MAX_DEPTH = 64;
/** Twice the largest mammogram known (4728 × 5928 pixels of 16 bits). */
const MAX_INFLATED_BYTES = 128 * 1024 * 1024;
const PREAMBLE_BYTES = 128;
const UNDEFINED_LENGTH = 0xffffffff;
const PIXEL_DATA = 'x7fe00010';

/**
 * Reads a Part 10 file in any transfer syntax; the pixel data stay encoded, as views of `bytes`.
 *
 * Time grows with the number of bytes, memory with the number of elements, which is bounded.
 *
 * @throws DicomReadError, and nothing else, whatever the bytes are
 */
export function readPart10(bytes: Uint8Array): DicomInstance {
  try {
    return readInstance(bytes);
  } catch (error) {
    throw asReadError(error);
  }
}

function readInstance(file: Uint8Array): DicomInstance {
  if (
    file.length < PREAMBLE_BYTES + 4 ||
    Buffer.from(file.subarray(128, 132)).toString('latin1') !== 'DICM'
  ) {
    throw new DicomReadError('not-dicom', 'The bytes do not start with a DICOM preamble and prefix');
  }
  const budget = new ReadBudget();
  const { transferSyntaxUID, end } = readFileMeta(file, budget);
  const deflated = transferSyntaxUID === transferSyntax.DeflatedExplicitVRLittleEndian;
  const bytes = deflated ? inflate(file.subarray(end)) : file;
  const parser: ByteArrayParser =
    transferSyntaxUID === transferSyntax.ExplicitVRBigEndian
      ? dicomParser.bigEndianByteArrayParser
      : dicomParser.littleEndianByteArrayParser;
  const start = deflated ? 0 : end;
  if (start >= bytes.length)
    throw new DicomReadError('dicom-truncated', 'There is no data set after the file header');
  const stream = new BoundedStream(parser, bytes, start, budget);
  // dicom-parser fills what it is given; of DataSet it uses these members.
  const root = {
    byteArray: bytes,
    byteArrayParser: parser,
    elements: {},
    warnings: stream.warnings,
  } as DataSet;
  try {
    if (transferSyntaxUID === transferSyntax.ImplicitVRLittleEndian) {
      dicomParser.parseDicomDataSetImplicit(root, stream, bytes.length, { untilTag: '', vrCallback });
    } else {
      dicomParser.parseDicomDataSetExplicit(root, stream, bytes.length);
    }
  } catch (error) {
    // What stands behind complete pixel data (padding of archives, cut signatures) does not matter here.
    if (root.elements[PIXEL_DATA] === undefined) throw error;
  }
  checkWarnings(root.warnings);
  checkStructure(root, budget);
  return { transferSyntaxUID, dataset: new Dataset(root) };
}

/** File Meta Information (PS3.10 §7.1): always Explicit VR Little Endian. */
function readFileMeta(file: Uint8Array, budget: ReadBudget): { transferSyntaxUID: string; end: number } {
  const stream = new BoundedStream(dicomParser.littleEndianByteArrayParser, file, PREAMBLE_BYTES + 4, budget);
  let transferSyntaxUID: string | undefined;
  // The group length is not trusted: files with a wrong one are common.
  while (
    stream.position + 8 <= file.length &&
    (file[stream.position]! | (file[stream.position + 1]! << 8)) === 2
  ) {
    const element = dicomParser.readDicomElementExplicit(stream, stream.warnings);
    if (element.tag === 'x00020010') {
      const value = file.subarray(element.dataOffset, element.dataOffset + element.length);
      transferSyntaxUID = withoutPadding(Buffer.from(value).toString('latin1'), '\0 ').trim();
    }
  }
  if (!transferSyntaxUID) {
    throw new DicomReadError('dicom-no-transfer-syntax', 'The file header names no transfer syntax');
  }
  return { transferSyntaxUID, end: stream.position };
}

/** PS3.5 §A.5: raw deflate (RFC 1951) of everything after the file header. */
function inflate(deflated: Uint8Array): Uint8Array {
  try {
    return inflateRawSync(deflated, { maxOutputLength: MAX_INFLATED_BYTES });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      throw new DicomReadError('dicom-too-large', `Inflates to more than ${MAX_INFLATED_BYTES} bytes`);
    }
    if (code === 'Z_BUF_ERROR') {
      throw new DicomReadError('dicom-truncated', 'The deflated data set ends too early', error);
    }
    throw new DicomReadError('dicom-malformed', 'The deflated data set cannot be inflated', error);
  }
}

/** Where a VR is not in the stream: sequences must be known to be entered, all else can be looked up later. */
function vrCallback(tag: string): string {
  const vr = attributeAt(tag.slice(1).toUpperCase())?.vr;
  // undefined makes dicom-parser look for an item tag, which is right for private and unknown elements.
  return vr as string;
}

function checkWarnings(warnings: string[]): void {
  for (const warning of warnings) {
    if (/eof encountered before finding sequence item tag or/.test(warning)) continue;
    if (/eof encountered|missing sequence delimiter/.test(warning)) {
      throw new DicomReadError(
        'dicom-truncated',
        'The stream ends inside a sequence or inside its pixel data',
      );
    }
    if (/unexpected tag/.test(warning)) {
      throw new DicomReadError(
        'dicom-malformed',
        'The encapsulated pixel data hold something other than fragments',
      );
    }
  }
}

/**
 * What dicom-parser lets pass: values and items longer than what holds them, undefined lengths of plain
 * values, and sequences hidden in UN (PS3.5 §6.2.2 note 4), which are read here.
 */
function checkStructure(root: DataSet, budget: ReadBudget): void {
  const open: { dataSet: DataSet; end: number; depth: number }[] = [
    { dataSet: root, end: root.byteArray.length, depth: 0 },
  ];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { dataSet, end, depth } = next;
    if (depth > MAX_DEPTH) {
      throw new DicomReadError('dicom-nested-too-deep', `Sequences are nested more than ${MAX_DEPTH} deep`);
    }
    for (const element of Object.values(dataSet.elements)) {
      if (element.tag.startsWith('xfffe')) continue;
      if (element.length === UNDEFINED_LENGTH || element.dataOffset + element.length > end) {
        throw malformed(element, 'is longer than what holds it');
      }
      if (
        element.hadUndefinedLength &&
        element.items === undefined &&
        !element.fragments &&
        !isPrivate(element)
      ) {
        throw malformed(element, 'has an undefined length without being a sequence');
      }
      if (element.vr === 'UN' && element.items === undefined) readHiddenSequence(dataSet, element, budget);
      for (const item of element.items ?? []) {
        if (item.dataSet === undefined) continue;
        const inner = item.dataSet.byteArray === dataSet.byteArray;
        const itemEnd = item.dataOffset + item.length;
        if (inner && itemEnd > element.dataOffset + element.length)
          throw malformed(element, 'ends inside an item');
        open.push({
          dataSet: item.dataSet,
          end: inner ? itemEnd : item.dataSet.byteArray.length,
          depth: depth + 1,
        });
      }
      for (const fragment of element.fragments ?? []) {
        if (fragment.position + fragment.length > end) throw malformed(element, 'has a fragment that is cut');
      }
    }
  }
}

/** UN of a known sequence holds Implicit VR Little Endian, whatever the transfer syntax. */
function readHiddenSequence(dataSet: DataSet, element: Element, budget: ReadBudget): void {
  if (element.length < 8 || attributeAt(element.tag.slice(1).toUpperCase())?.vr !== 'SQ') return;
  const bytes = dataSet.byteArray.subarray(element.dataOffset, element.dataOffset + element.length);
  const stream = new BoundedStream(dicomParser.littleEndianByteArrayParser, bytes, 0, budget);
  const hidden: Element = { tag: element.tag, vr: 'SQ', length: element.length, dataOffset: 0 };
  try {
    dicomParser.readSequenceItemsImplicit(stream, hidden, vrCallback);
  } catch (error) {
    // Something else in UN is no fault of the instance: it stays an unknown value.
    if (error instanceof DicomReadError && error.code === 'dicom-too-large') throw error;
    if (error instanceof RangeError) throw error;
    return;
  }
  element.items = hidden.items ?? [];
}

function isPrivate(element: Element): boolean {
  return Number.parseInt(element.tag.slice(1, 5), 16) % 2 === 1;
}

function malformed(element: Element, what: string): DicomReadError {
  const tag = element.tag.slice(1).toUpperCase();
  return new DicomReadError('dicom-malformed', `Element (${tag.slice(0, 4)},${tag.slice(4)}) ${what}`);
}

function asReadError(error: unknown): DicomReadError {
  if (error instanceof DicomReadError) return error;
  if (error instanceof RangeError && /call stack/.test(error.message)) {
    return new DicomReadError('dicom-nested-too-deep', `Sequences are nested more than ${MAX_DEPTH} deep`);
  }
  // dicom-parser throws plain strings, with positions and tags and never with values.
  const detail = typeof error === 'string' ? error : error instanceof Error ? error.message : String(error);
  return new DicomReadError('dicom-malformed', `The data set cannot be parsed: ${detail}`, error);
}
