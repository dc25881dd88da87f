import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultSettings } from '../src/config/index.js';
import { asUid, readPart10, type StudyInstanceUID } from '../src/dicom/index.js';
import { DicomWeb } from '../src/dicomweb/index.js';
import { type ExamInstance, processExam, type Workbench } from '../src/exam/index.js';
import type { Bundle, Inference } from '../src/model/index.js';
import { makeExam } from '../src/phantom/index.js';
import { openWorkbench } from '../src/service/index.js';
import { type Orthanc, startOrthanc } from '../test/pacs/orthanc.js';
import { plainStore } from './floors.js';
import { median } from './statistics.js';

type File = Pick<
  ExamInstance,
  'studyInstanceUID' | 'seriesInstanceUID' | 'sopInstanceUID' | 'sopClassUID'
> & { bytes: Uint8Array };

interface Round {
  drawnMs: number;
  drawnCpuMs: number;
  storedMs: number;
  storedCpuMs: number;
  floorMs: number;
}

/**
 * Drawing and storing alone, against a real Orthanc on loopback: what an exam takes after the network's answer, without
 * the ledger. Preparing and the network are done once, before the rounds.
 *
 * @param folder of an exam's files; a made exam where it is left out
 */
export async function measureResults(bundle: Bundle, rounds: number, folder?: string): Promise<void> {
  const settings = defaultSettings('http://unused');
  settings.model.bundle = bundle.directory;
  const { bench, close } = await openWorkbench(settings);
  const files = folder === undefined ? made() : filesIn(folder);
  const once = answeredOnce(bench);
  const orthanc = await startOrthanc({ stableAge: 600 });
  const pacs = new DicomWeb(orthanc.access);
  const study = asUid<StudyInstanceUID>(files[0]!.studyInstanceUID);
  const given = files.map(({ bytes, ...names }) => ({ ...names, fetch: async () => bytes }));
  const measured: Round[] = [];
  let megabytes = 0;
  for (let round = -2; round < rounds; round++) {
    const began = now();
    const { objects } = await processExam(given, once, { createdAt: new Date(), predecessors: [] });
    const drawn = now();
    await pacs.store(study, objects);
    const { missing } = await pacs.confirm(
      study,
      objects.map(({ sopInstanceUID }) => sopInstanceUID),
    );
    const stored = now();
    if (missing.length > 0) throw new Error(`${missing.length} objects are not in the archive`);
    await removeAll(orthanc);
    const floorMs = await plainStore(
      orthanc,
      study,
      objects.map(({ bytes }) => bytes),
    );
    await removeAll(orthanc);
    megabytes = objects.reduce((sum, { bytes }) => sum + bytes.length, 0) / 1e6;
    // The first rounds start threads and compile code.
    if (round >= 0)
      measured.push({
        drawnMs: drawn.ms - began.ms,
        drawnCpuMs: drawn.cpuMs - began.cpuMs,
        storedMs: stored.ms - drawn.ms,
        storedCpuMs: stored.cpuMs - drawn.cpuMs,
        floorMs,
      });
  }
  await Promise.all([close(), pacs.close()]);
  await orthanc.stop();
  const of = (pick: (round: Round) => number) => median(measured.map(pick)).toFixed(0);
  console.log(`## Drawing and storing: ${files.length} images, ${megabytes.toFixed(1)} MB of objects\n`);
  console.log('| stage | ms (median) | processor time |\n|---|---|---|');
  console.log(`| explained, drawn, written | ${of(({ drawnMs }) => drawnMs)} | ${of((r) => r.drawnCpuMs)} |`);
  console.log(`| stored, read back | ${of(({ storedMs }) => storedMs)} | ${of((r) => r.storedCpuMs)} |`);
  console.log(
    `| **both** | **${of((r) => r.drawnMs + r.storedMs)}** | ${of((r) => r.drawnCpuMs + r.storedCpuMs)} |`,
  );
  console.log(`| the same bytes stored by a plain HTTP client | ${of(({ floorMs }) => floorMs)} | |\n`);
}

function now(): { ms: number; cpuMs: number } {
  const { user, system } = process.cpuUsage();
  return { ms: performance.now(), cpuMs: (user + system) / 1000 };
}

/** The same images prepared and answered once, and from then on at no cost. */
function answeredOnce(bench: Workbench): Workbench {
  const prepared = new Map<Uint8Array, unknown>();
  let inferences: Promise<Inference[]> | undefined;
  const preparation = {
    allocate: undefined,
    prepare: async (bytes: Uint8Array, task: never) => {
      if (!prepared.has(bytes))
        prepared.set(bytes, await bench.preparation.prepare(Uint8Array.from(bytes), task));
      return prepared.get(bytes);
    },
  } as unknown as Workbench['preparation'];
  const engine = {
    ...bench.engine,
    infer: (inputs: Float32Array[]) => {
      inferences ??= bench.engine.infer(inputs.map((input) => Float32Array.from(input)));
      return inferences;
    },
  };
  return { ...bench, preparation, engine };
}

function made(): File[] {
  return makeExam({ seed: 'bench', rows: 3328, columns: 2560, bits: 16, date: '20260301' });
}

function filesIn(folder: string): File[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.dcm'))
    .map((name) => {
      const bytes = Uint8Array.from(readFileSync(join(folder, name)));
      const { dataset } = readPart10(bytes);
      const uid = (keyword: string) => asUid(dataset.string(keyword)!);
      return {
        bytes,
        studyInstanceUID: uid('StudyInstanceUID'),
        seriesInstanceUID: uid('SeriesInstanceUID'),
        sopInstanceUID: uid('SOPInstanceUID'),
        sopClassUID: uid('SOPClassUID'),
      } as File;
    });
}

/** The archive holds nothing but what was just stored. */
async function removeAll({ restUrl, username, password }: Orthanc): Promise<void> {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const headers = { authorization };
  const studies = (await (await fetch(`${restUrl}/studies`, { headers })).json()) as string[];
  for (const id of studies) await fetch(`${restUrl}/studies/${id}`, { method: 'DELETE', headers });
}
