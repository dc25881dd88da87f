import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '../src/config/index.js';
import { asUid, type SOPInstanceUID, transferSyntax } from '../src/dicom/index.js';
import type { Answer } from '../src/dicomweb/answer.js';
import { decodeDatasets, decodeInstance } from '../src/dicomweb/decode.js';
import { readStoreAnswer } from '../src/dicomweb/storeAnswer.js';
import { type PreparationStep, prepareInstance } from '../src/image/index.js';
import { identifyInstance } from '../src/image/prepareInstance.js';
import { checkOnnxFile } from '../src/model/engines/onnxFile.js';
import { loadBundle } from '../src/model/index.js';
import { makeInstance } from '../src/phantom/index.js';
import { readNetworkFile } from '../src/training/import/networkFile.js';
import { readOpenQuestions } from '../src/training/import/openQuestions.js';
import { readSafetensors } from '../src/training/start/index.js';
import { TRANSFER_SYNTAXES, transcode } from '../test/fixtures/index.js';
import { classifier, pooled } from '../test/training/import/smallClassifiers.js';

/** One way in for bytes from outside. */
export interface Target {
  /** Of a thousand inputs, about so many. */
  share: number;
  /** Sound inputs, from which the hostile ones are made. */
  seeds(): Promise<Uint8Array[]>;
  /**
   * Reads it as the service does. Whatever comes of it is well but for an error without a name, which is thrown, and
   * a broken promise, which is said.
   */
  read(bytes: Uint8Array): Promise<string | undefined> | string | undefined;
}

/** Stand in the made files; no reason that is given may hold them. */
const PATIENT = 'ZXQVMARKED';
/** Small, so that many are read; what is in them is told apart at any size. */
const [ROWS, COLUMNS] = [104, 80];
/** Files of real devices, where they lie beside the checkout. */
const REAL_FILES = process.env.MAMORI_READING ?? '../shared/data/reading';
/** Larger ones take their time, and are broken in the same places. */
const LARGEST_REAL_FILE = 300_000;
const PREPARATION: PreparationStep[] = [
  { step: 'crop-to-breast', margin: 0.02 },
  { step: 'orient-chest-wall-left' },
  { step: 'resize', rows: 64, columns: 64 },
  { step: 'clahe', clipLimit: 2, tiles: [4, 4], as: 'image', bits: 8 },
];
const BOUNDARY = 'mamori-fuzz';
const STORED: SOPInstanceUID[] = ['2.25.11', '2.25.12'].map((uid) => asUid<SOPInstanceUID>(uid));

export const TARGETS: Readonly<Record<string, Target>> = {
  /** A file from WADO-RS, through recognition, decoding and preparation. */
  dicom: { share: 200, seeds: dicomFiles, read: readDicom },
  /** The same with files as devices write them; none where there are none. */
  devices: { share: 10, seeds: async () => realFiles(), read: readDicom },
  multipart: {
    share: 200,
    seeds: async () => [multipart(await dicomFile()), multipart(Buffer.from('no DICOM at all'))],
    read: (bytes) => {
      decodeInstance(answer(bytes, `multipart/related; type="application/dicom"; boundary=${BOUNDARY}`));
      return undefined;
    },
  },
  /** QIDO-RS answers. */
  json: {
    share: 200,
    seeds: async () => [listing()],
    read: (bytes) => {
      for (const dataset of decodeDatasets(answer(bytes, 'application/dicom+json')))
        for (const keyword of ['StudyInstanceUID', 'ModalitiesInStudy', 'NumberOfStudyRelatedInstances']) {
          dataset.strings(keyword);
          dataset.number(keyword);
        }
      return undefined;
    },
  },
  /** Answers to STOW-RS, in JSON and in XML. */
  stored: {
    share: 180,
    seeds: async () => [storedJson(), storedXml()],
    read: (bytes) => {
      for (const type of ['application/dicom+json', 'application/dicom+xml'])
        readStoreAnswer(answer(bytes, type), STORED);
      return undefined;
    },
  },
  settings: {
    share: 100,
    seeds: async () => [readFileSync('config/mamori.example.yaml')],
    read: (bytes) => {
      loadSettings(written('mamori.yaml', bytes), { PACS_PASSWORD: 'secret' });
      return undefined;
    },
  },
  /** A bundle's description; its other files stay as they are. */
  bundle: {
    share: 40,
    seeds: async () => [readFileSync('models/paper-cnn/bundle.json')],
    read: async (bytes) => {
      const folder = paperBundle();
      writeFileSync(join(folder, 'bundle.json'), bytes);
      await loadBundle(folder);
      return undefined;
    },
  },
  onnx: {
    share: 50,
    seeds: async () => networks(),
    read: async (bytes) => {
      await checkOnnxFile(written('model.onnx', bytes), 'conv_last');
      return undefined;
    },
  },
  /** Networks from elsewhere, as far as they are read without being run. */
  import: {
    share: 50,
    seeds: async () => networks(),
    read: async (bytes) => {
      const file = written('given.onnx', bytes);
      (await readOpenQuestions(file))({});
      await readNetworkFile(file);
      return undefined;
    },
  },
  safetensors: {
    share: 20,
    seeds: async () => [safetensors()],
    read: async (bytes) => {
      await readSafetensors(written('start.safetensors', bytes));
      return undefined;
    },
  },
};

async function readDicom(bytes: Uint8Array): Promise<string | undefined> {
  identifyInstance(bytes);
  const result = await prepareInstance(bytes, { preparation: PREPARATION, displayLongEdge: 128 });
  if (result.kind === 'prepared') return undefined;
  const { code, reason } = result.leftOut;
  if (code === 'preparation-crashed') return `an error without a name: ${reason}`;
  return reason.toUpperCase().includes(PATIENT) ? `${code} gives the patient away` : undefined;
}

async function dicomFiles(): Promise<Uint8Array[]> {
  const plain = await dicomFile();
  const shallow = made({ bits: 8 });
  // Baseline JPEG has 8 bits.
  const coded = TRANSFER_SYNTAXES.map((syntax) =>
    transcode(syntax === transferSyntax.JPEGBaseline ? shallow : plain, syntax),
  );
  const others = (['tomosynthesis', 'secondary-capture'] as const).map((kind) => made({ kind }));
  return [...(await Promise.all(coded)), ...others];
}

function realFiles(): Uint8Array[] {
  if (!existsSync(REAL_FILES)) return [];
  return readdirSync(REAL_FILES)
    .filter((name) => name.endsWith('.dcm'))
    .sort()
    .map((name) => readFileSync(join(REAL_FILES, name)))
    .filter(({ length }) => length <= LARGEST_REAL_FILE);
}

/** As PyTorch and Keras export them, small enough that most changes meet what is not a weight. */
function networks(): Uint8Array[] {
  return [
    classifier(),
    classifier(pooled(2), { layout: 'NHWC', answers: 2 }),
    classifier(pooled(1), { batch: 1 }),
  ];
}

async function dicomFile(): Promise<Uint8Array> {
  return made({});
}

function made(options: Parameters<typeof makeInstance>[0]): Uint8Array {
  const override = { PatientName: `${PATIENT}^Name`, PatientID: `${PATIENT}-1`, PatientComments: PATIENT };
  return makeInstance({ rows: ROWS, columns: COLUMNS, seed: 'fuzz', ...options, override }).bytes;
}

function answer(body: Uint8Array, type: string): Answer {
  const header = (name: string) => (name === 'content-type' ? type : undefined);
  return { method: 'GET', url: 'http://pacs.invalid/dicom-web/studies', status: 200, header, body };
}

function multipart(file: Uint8Array): Uint8Array {
  const head = `--${BOUNDARY}\r\nContent-Type: application/dicom\r\nContent-Length: ${file.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), file, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]);
}

function listing(): Uint8Array {
  const study = (number: number) => ({
    '0020000D': { vr: 'UI', Value: [`2.25.${number}`] },
    '00080020': { vr: 'DA', Value: ['20260301'] },
    '00080061': { vr: 'CS', Value: ['MG', 'SR'] },
    '00201208': { vr: 'IS', Value: [number] },
  });
  return Buffer.from(JSON.stringify([study(4), study(5), study(6)]));
}

function storedJson(): Uint8Array {
  const reference = (uid: string) => ({ '00081155': { vr: 'UI', Value: [uid] } });
  const number = (value: number) => ({ vr: 'US', Value: [value] });
  return Buffer.from(
    JSON.stringify({
      '00081199': { vr: 'SQ', Value: [{ ...reference(STORED[0]!), '00081196': number(0xb000) }] },
      '00081198': { vr: 'SQ', Value: [{ ...reference(STORED[1]!), '00081197': number(0x0110) }] },
      '0008119A': { vr: 'SQ', Value: [{ '00081197': number(0x0111) }] },
    }),
  );
}

function storedXml(): Uint8Array {
  const item = (attribute: string) => `<Item number="1">${attribute}</Item>`;
  const value = (tag: string, vr: string, text: string) =>
    `<DicomAttribute tag="${tag}" vr="${vr}"><Value number="1">${text}</Value></DicomAttribute>`;
  const sequence = (tag: string, inner: string) =>
    `<DicomAttribute tag="${tag}" vr="SQ">${item(inner)}</DicomAttribute>`;
  return Buffer.from(
    '<?xml version="1.0" encoding="UTF-8"?><NativeDicomModel xmlns="http://dicom.nema.org/PS3.19/models/NativeDICOM">' +
      sequence('00081199', value('00081155', 'UI', STORED[0]!)) +
      sequence('00081198', value('00081155', 'UI', STORED[1]!) + value('00081197', 'US', '272')) +
      '</NativeDicomModel>',
  );
}

function safetensors(): Uint8Array {
  const header = JSON.stringify({ weights: { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] } });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, Buffer.from(header), Buffer.alloc(24, 1)]);
}

let bundle: string | undefined;

/** A copy whose description is written over. */
function paperBundle(): string {
  if (bundle === undefined) {
    bundle = place('bundle');
    cpSync('models/paper-cnn', bundle, { recursive: true });
  }
  return bundle;
}

let folder: string | undefined;

/** A file or folder of this process's own. */
function place(name: string): string {
  folder ??= mkdtempSync(join(process.env.MAMORI_FUZZ_FOLDER ?? tmpdir(), 'reader-'));
  return join(folder, name);
}

function written(name: string, bytes: Uint8Array): string {
  const file = place(name);
  writeFileSync(file, bytes);
  return file;
}
