import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultSettings } from '../src/config/index.js';
import { asUid, transferSyntax } from '../src/dicom/index.js';
import { DicomWeb } from '../src/dicomweb/index.js';
import { clahe } from '../src/image/index.js';
import type { Bundle } from '../src/model/index.js';
import { type MadeInstance, makeExam } from '../src/phantom/index.js';
import { transcode } from '../test/fixtures/index.js';
import { type Orthanc, startOrthanc } from '../test/pacs/orthanc.js';
import { BENCH_DATE, measureBacklog } from './backlog.js';
import type { BacklogMeasurement, ExamMeasurement } from './examProcess.js';
import { opencvClahe, plainFetch, plainStore } from './floors.js';
import { bareOnnx } from './networkAlone.js';
import { fastest, median } from './statistics.js';

const ROWS = 3328;
const COLUMNS = 2560;

/** As the service's unit and its image have it. */
const DEPLOYED = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '8388608' };

interface Rounds {
  rounds: number;
  /** Further exams after the rounds, to see whether memory stays flat. */
  exams: number;
  /** Exams that wait together, for the rate of a backlog; 0 for none. */
  backlog: number;
}

/** What is common to all exams of one measurement. */
interface Floors {
  /** OpenCV's CLAHE of one image; undefined where it is not installed. */
  opencv: number | undefined;
  network: number;
}

/** Whole exams against a real Orthanc on loopback, beside the floors measured in the same run. */
export async function measureExams(bundle: Bundle, rounds: Rounds): Promise<void> {
  measureHelp();
  const opencv = measureClahe();
  const network = await networkFloor(bundle);
  console.log(`| the network alone, four views | ${network.toFixed(0)} ms | |\n`);
  const exam = makeExam({ seed: 'bench', rows: ROWS, columns: COLUMNS, bits: 16, date: BENCH_DATE });
  const floors = { opencv, network };
  await measureKind('uncompressed', exam, bundle, rounds, floors);
  await measureKind('JPEG Lossless', await compressed(exam), bundle, rounds, floors);
}

async function networkFloor(bundle: Bundle): Promise<number> {
  const alone = await bareOnnx(bundle, 4, 'answer');
  const times: number[] = [];
  for (let run = 0; run < 20; run++) times.push(await alone.run());
  await alone.close();
  return fastest(times);
}

function measureHelp(): void {
  const times = Array.from({ length: 11 }, () => {
    const start = performance.now();
    execFileSync(process.execPath, ['dist/src/cli/main.js', '--help'], { stdio: 'ignore' });
    return performance.now() - start;
  });
  console.log('| what | measured | beside it |\n|---|---|---|');
  console.log(`| \`mamori --help\` | ${median(times).toFixed(0)} ms | |`);
}

function measureClahe(): number | undefined {
  const pixels = Uint16Array.from({ length: ROWS * COLUMNS }, () => Math.floor(Math.random() * 4096) * 16);
  const times = Array.from({ length: 7 }, () => {
    const start = performance.now();
    clahe(pixels, ROWS, COLUMNS, { clipLimit: 2, tiles: [8, 8] });
    return performance.now() - start;
  });
  const beside = opencvClahe(ROWS, COLUMNS);
  const ours = median(times);
  const told =
    beside === undefined
      ? 'OpenCV not installed'
      : `OpenCV ${beside.toFixed(0)} ms, ${(ours / beside).toFixed(2)} ×`;
  console.log(`| CLAHE ${ROWS}×${COLUMNS}, 16 bit, one thread | ${ours.toFixed(0)} ms | ${told} |`);
  return beside;
}

async function compressed(made: MadeInstance[]): Promise<MadeInstance[]> {
  return Promise.all(
    made.map(async (instance) => ({
      ...instance,
      bytes: await transcode(instance.bytes, transferSyntax.JPEGLosslessSV1),
    })),
  );
}

async function measureKind(
  title: string,
  made: MadeInstance[],
  bundle: Bundle,
  { rounds, exams, backlog }: Rounds,
  constant: Floors,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'mamori-bench-'));
  const orthanc = await startOrthanc({ stableAge: 600 });
  const { username, password } = orthanc;
  const service = fork(
    new URL('./examProcess.js', import.meta.url),
    [orthanc.url, username, password, folder, bundle.directory],
    { env: { ...process.env, ...DEPLOYED } },
  );
  try {
    await once(service, 'message');
    const pacs = archiveOf(orthanc);
    const study = made[0]!.studyInstanceUID;
    for (const instance of made) await pacs.store(study, [instance]);

    const one = async (): Promise<ExamMeasurement> => {
      service.send({ study });
      const [measured] = (await once(service, 'message')) as [ExamMeasurement];
      if (measured.end !== 'delivered') throw new Error(`The exam ended as ${measured.end}`);
      return measured;
    };
    const measurements: ExamMeasurement[] = [];
    const floors: { fetch: number; store: number }[] = [];
    for (let round = 0; round <= rounds; round++) {
      const measured = await one();
      const results = await retrieve(pacs, study, measured);
      await removeResults(orthanc, measured);
      const fetch = await plainFetch(orthanc, made);
      const store = await plainStore(orthanc, study, results);
      await removeResults(orthanc, measured);
      // The first round starts threads and compiles code; services do that once a day at most.
      if (round === 0)
        console.log(`### ${title}\n\nFirst exam after the start: ${measured.totalMs.toFixed(0)} ms\n`);
      else {
        measurements.push(measured);
        floors.push({ fetch, store });
      }
    }
    const total = tell(measurements, floors, constant);
    if (backlog > 0)
      await measureBacklog(made, total, availableParallelism(), {
        orthanc,
        exams: backlog,
        store: async (exam) => {
          for (const instance of exam) await pacs.store(instance.studyInstanceUID, [instance]);
        },
        work: async () => {
          service.send({ backlog: true });
          const [measured] = (await once(service, 'message')) as [BacklogMeasurement];
          return measured;
        },
        removeResults: (measured) => removeResults(orthanc, measured),
      });
    await tellMemory(measurements, one, orthanc, exams);
    await pacs.close();
  } finally {
    service.disconnect();
    await once(service, 'exit');
    await orthanc.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function archiveOf({ access }: Orthanc): DicomWeb {
  return new DicomWeb({
    ...defaultSettings('http://unused').pacs,
    ...access,
    qidoUrl: undefined,
    wadoUrl: undefined,
    stowUrl: undefined,
  } as never);
}

async function retrieve(pacs: DicomWeb, study: string, { objects }: ExamMeasurement): Promise<Uint8Array[]> {
  const held = await pacs.instances(asUid(study));
  return Promise.all(
    objects.map(({ sopInstanceUID }) => {
      const { seriesInstanceUID } = held.find((instance) => instance.sopInstanceUID === sopInstanceUID)!;
      return pacs.retrieveInstance(asUid(study), seriesInstanceUID, asUid(sopInstanceUID));
    }),
  );
}

async function removeResults(orthanc: Orthanc, { objects }: Pick<ExamMeasurement, 'objects'>): Promise<void> {
  const authorization = `Basic ${Buffer.from(`${orthanc.username}:${orthanc.password}`).toString('base64')}`;
  const ask = (path: string, init: RequestInit) =>
    fetch(`${orthanc.restUrl}${path}`, { ...init, headers: { authorization } });
  for (const { sopInstanceUID } of objects) {
    const found = await ask('/tools/lookup', { method: 'POST', body: sopInstanceUID });
    for (const { ID } of (await found.json()) as { ID: string }[])
      await ask(`/instances/${ID}`, { method: 'DELETE' });
  }
}

function tell(
  measurements: ExamMeasurement[],
  floors: { fetch: number; store: number }[],
  { network, opencv }: Floors,
): number {
  const of = (pick: (measured: ExamMeasurement) => number) => median(measurements.map(pick));
  const stages: [string, number][] = [
    ['found, fetched, decoded, prepared', of(({ stages }) => stages.prepared)],
    ['network', of(({ stages }) => stages.inferred - stages.prepared)],
    ['explained, drawn', of(({ stages }) => stages.rendered - stages.inferred)],
    ['reports written', of(({ stages }) => stages.reported - stages.rendered)],
    ['kept in the ledger', of(({ stages }) => stages.kept - stages.reported)],
    ['stored, read back', of(({ stages }) => stages.delivered - stages.kept)],
  ];
  console.log('| stage | ms (median) |\n|---|---|');
  for (const [name, ms] of stages) console.log(`| ${name} | ${ms.toFixed(0)} |`);
  const total = of(({ totalMs }) => totalMs);
  console.log(`| **total**, from asking to closed | **${total.toFixed(0)}** |\n`);
  const cpu = of(({ cpuMs }) => cpuMs);
  const block = Math.max(...measurements.map(({ longestBlockMs }) => longestBlockMs));
  console.log(
    `Processor time ${cpu.toFixed(0)} ms; the event loop stood still for at most ${block.toFixed(0)} ms.\n`,
  );

  const fetch = median(floors.map((floor) => floor.fetch));
  const store = median(floors.map((floor) => floor.store));
  const parts = [fetch, store, network, opencv === undefined ? 0 : 4 * opencv];
  const sum = parts.reduce((a, b) => a + b, 0);
  console.log('| floor | ms |\n|---|---|');
  console.log(`| the same bytes fetched by a plain HTTP client | ${fetch.toFixed(0)} |`);
  console.log(`| the same bytes stored by it | ${store.toFixed(0)} |`);
  const clahe = opencv === undefined ? 'not installed' : (4 * opencv).toFixed(0);
  console.log(`| OpenCV's CLAHE of four images on one thread | ${clahe} |`);
  console.log(`| the network alone | ${network.toFixed(0)} |`);
  console.log(`| **sum** | **${sum.toFixed(0)}**, total is ${(total / sum).toFixed(2)} × |\n`);
  return total;
}

async function tellMemory(
  measurements: ExamMeasurement[],
  one: () => Promise<ExamMeasurement>,
  orthanc: Orthanc,
  exams: number,
): Promise<void> {
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
  let latest = measurements.at(-1)!;
  const memory = `${megabytes(latest.memoryBytes)} MB, peak ${megabytes(latest.peakBytes)} MB`;
  console.log(`Memory after ${measurements.length + 1} exams ${memory}.`);
  for (let exam = 1; exam <= exams; exam++) {
    latest = await one();
    await removeResults(orthanc, latest);
    if (exam % 50 === 0) {
      console.log(
        `After ${exam} more: ${megabytes(latest.memoryBytes)} MB, peak ${megabytes(latest.peakBytes)} MB.`,
      );
    }
  }
  console.log();
}
