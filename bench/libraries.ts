import dcmjs from 'dcmjs';
import { api } from 'dicomweb-client';
import { deriveUid, sopClass, writePart10 } from '../src/dicom/index.js';
import { readMultipart } from '../src/dicomweb/index.js';
import { median } from './statistics.js';

const MEGABYTE = 2 ** 20;
const RUNS = 5;

/** Our own code beside the library that could do the same work (docs/dependencies.md). */
export async function measureLibraries(): Promise<void> {
  console.log('## Our own code beside a library\n');
  console.log('| work | own | library |\n|---|---|---|');
  await row('take an instance of 16 MB out of a multipart answer', multipart());
  await row('write a Secondary Capture of 10 MB', writing());
  console.log('\nMilliseconds, median.\n');
}

interface Contest {
  own(): unknown;
  library(): unknown;
  name: string;
}

async function row(work: string, { own, library, name }: Contest): Promise<void> {
  const of = async (run: () => unknown) => {
    const times: number[] = [];
    for (let index = 0; index < RUNS; index++) {
      const start = performance.now();
      await run();
      times.push(performance.now() - start);
    }
    return median(times).toFixed(1);
  };
  console.log(`| ${work} | ${await of(own)} | ${await of(library)} (${name}) |`);
}

function multipart(): Contest {
  const boundary = 'mamori-bench';
  const head = `--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`;
  const pixels = new Uint8Array(16 * MEGABYTE);
  for (let at = 0; at < pixels.length; at++) pixels[at] = Math.imul(at, 2654435761) >>> 24;
  const body = Uint8Array.from(
    Buffer.concat([Buffer.from(head), pixels, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  );
  const client = new api.DICOMwebClient({ url: 'http://unused', verbose: false, singlepart: false });
  const uids = { studyInstanceUID: '1.2', seriesInstanceUID: '1.3', sopInstanceUID: '1.4' };
  return {
    name: 'dicomweb-client',
    own: () => readMultipart(body, boundary),
    library: () =>
      client.retrieveInstance({ ...uids, request: { instance: answering(body.buffer, boundary) } } as never),
  };
}

/** An XMLHttpRequest that has its answer already. */
function answering(response: ArrayBuffer, boundary: string) {
  const type = `multipart/related; type="application/dicom"; boundary=${boundary}`;
  return {
    readyState: 0,
    status: 200,
    response,
    open() {},
    setRequestHeader() {},
    getResponseHeader: () => type,
    getAllResponseHeaders: () => `content-type: ${type}`,
    onreadystatechange: () => {},
    send() {
      this.readyState = 4;
      this.onreadystatechange();
    },
  };
}

interface Writer {
  DicomDict: new (meta: object) => { dict: object; write(): ArrayBuffer };
  DicomMetaDictionary: { denaturalizeDataset(dataset: object): object };
}

function writing(): Contest {
  const pixels = new Uint8Array(10 * MEGABYTE);
  const object = {
    SOPClassUID: sopClass.SecondaryCapture,
    SOPInstanceUID: deriveUid('bench', 'instance'),
    StudyInstanceUID: deriveUid('bench', 'study'),
    SeriesInstanceUID: deriveUid('bench', 'series'),
    Modality: 'OT',
    Rows: 2048,
    Columns: 1706,
  };
  const { DicomDict, DicomMetaDictionary } = dcmjs.data as unknown as Writer;
  return {
    name: 'dcmjs',
    own: () => writePart10({ ...object, PixelData: pixels }),
    library: () => {
      const file = new DicomDict({ '00020010': { vr: 'UI', Value: ['1.2.840.10008.1.2.1'] } });
      const dataset = { ...object, PixelData: [pixels.buffer], _vrMap: { PixelData: 'OB' } };
      file.dict = DicomMetaDictionary.denaturalizeDataset(dataset);
      return file.write();
    },
  };
}
