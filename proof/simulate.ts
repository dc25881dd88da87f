import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dicomDate, readPart10, sopClass } from '../src/dicom/index.js';
import type { Workbench } from '../src/exam/index.js';
import { type Ledger, openLedger } from '../src/ledger/index.js';
import { type MadeInstance, makeExam } from '../src/phantom/index.js';
import { Poller } from '../src/poller/index.js';
import { type Uniform, uniformFrom } from '../src/random.js';
import { ALGORITHM, SETTINGS, SILENT } from '../test/poller/hospital.js';
import { type Fault, ModelledPacs } from './modelledPacs.js';
import type { VirtualTime } from './virtualTime.js';

export interface SimulationReport {
  seed: number;
  exams: number;
  kills: number;
  freezes: number;
  faults: ReadonlyMap<Fault, number>;
  /** The same for the same seed. */
  trace: string;
  /** What was promised and is not so: nothing where all is well. */
  broken: string[];
}

/** Where writing through to the disk takes no time, if there is such a place. */
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** A Monday morning. */
const BEGIN = new Date('2026-03-02T07:00:00Z');
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Exams come, and all goes wrong, for so long; then nothing does any more. */
const FOUL_MS = 4 * HOUR_MS;
/** A day later at the latest all must be done. */
const BOUND_MS = 24 * HOUR_MS;
const BEAT_MS = 5 * MINUTE_MS;

interface SimulatedProcess {
  poller: Poller;
  /** Over once it is killed: nothing that it had begun comes to the ledger any more. */
  life: { isOver: boolean };
}

function ledgerDuring(life: { readonly isOver: boolean }, ledger: Ledger): Ledger {
  return new Proxy(ledger, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => (life.isOver ? new Promise(() => {}) : value.apply(target, args));
    },
  });
}

/** Made once: an exam has the same name in every simulation, which has a ledger and an archive of its own. */
export function simulatedExams(): MadeInstance[][] {
  return Array.from({ length: 5 }, (_, i) =>
    makeExam({ rows: 160, columns: 128, seed: `simulated ${i}`, views: ['LCC', 'RCC'] }),
  );
}

/**
 * Some hours of a hospital on virtual time: exams arrive image by image, two processes share a ledger and are killed or
 * frozen in the middle of their work, the archive fails in every way, and somebody sets the clock.
 */
export async function simulate(
  seed: number,
  { time, bench, exams }: { time: VirtualTime; bench: Workbench; exams: readonly MadeInstance[][] },
): Promise<SimulationReport> {
  time.restart(BEGIN);
  const random = uniformFrom('simulate', seed);
  const folder = mkdtempSync(join(MEMORY, 'mamori-simulate-'));
  const ledger = await openLedger(`sqlite:${join(folder, 'ledger.db')}`, time.clock);
  const thaw: (() => void)[] = [];
  let [kills, freezes, processes] = [0, 0, 0];
  let ended: (how: 'killed' | 'frozen') => void = () => {};
  const pacs = new ModelledPacs({
    seed,
    time,
    onKill: () => {
      kills++;
      ended('killed');
      return new Promise<never>(() => {});
    },
    onFreeze: () => {
      freezes++;
      ended('frozen');
      return new Promise<void>((resolve) => thaw.push(resolve));
    },
  });
  const start = (): SimulatedProcess => {
    const life = { isOver: false };
    const poller = new Poller({
      pacs: pacs.web,
      ledger: ledgerDuring(life, ledger),
      bench,
      served: ALGORITHM,
      settings: {
        ...SETTINGS,
        views: ['LCC', 'RCC'],
        settleSeconds: 3600,
        leaseSeconds: 120,
        lookbackDays: 3,
        // A kill counts as a try, and there are as many as the seed likes.
        retry: { attempts: 1000, firstDelaySeconds: 60, longestDelaySeconds: 600 },
      },
      workerName: `process ${++processes}`,
      log: SILENT,
    });
    const started = { poller, life };
    all.push(started);
    return started;
  };
  const all: SimulatedProcess[] = [];
  const cycles: Promise<unknown>[] = [];
  /** One cycle of a process, until it comes to its end, is killed or frozen. False where another has to start. */
  const beat = async ({ poller, life }: SimulatedProcess): Promise<boolean> => {
    let isGone = false;
    const gone = new Promise<void>((resolve) => {
      ended = (how) => {
        isGone = true;
        life.isOver = how === 'killed';
        resolve();
      };
    });
    const cycle = poller.cycle({ whole: random() < 0.5 }).catch(() => {});
    await Promise.race([cycle, gone]);
    if (isGone) cycles.push(cycle);
    return !isGone;
  };

  const arrivals = arrivalsOf(exams, random);
  const [begin, dateOf] = [time.steady, () => dicomDate(new Date(time.wall))];
  const running: (SimulatedProcess | undefined)[] = [undefined, undefined];
  const isDone = async () => {
    const { delivered } = await ledger.counts();
    return arrivals.length === 0 && delivered === exams.length;
  };
  while (time.steady - begin < FOUL_MS + BOUND_MS) {
    const since = time.steady - begin;
    pacs.isFoul = since < FOUL_MS;
    while (arrivals[0] !== undefined && arrivals[0].at <= since) pacs.add(arrivals.shift()!.bytes, dateOf());
    if (pacs.isFoul && random() < 0.05)
      time.set((random() < 0.5 ? -1 : 1) * Math.floor(random() * 2 * HOUR_MS));
    // What was frozen wakes up much later, and must find that its claim is another's.
    if (thaw.length > 0 && random() < 0.2) {
      thaw.shift()!();
      await Promise.race([Promise.allSettled(cycles), settled()]);
    }
    const which = random() < 0.5 ? 0 : 1;
    const one = running[which] ?? start();
    running[which] = (await beat(one)) ? one : undefined;
    if (!pacs.isFoul && (await isDone())) break;
    time.pass(BEAT_MS * random());
  }

  const broken = await brokenPromises(seed, pacs, exams, await ledger.list());
  for (const { life } of all) life.isOver = true;
  await ledger.disconnect();
  rmSync(folder, { recursive: true });
  const trace = pacs.trace.digest('hex').slice(0, 16);
  return { seed, exams: exams.length, kills, freezes, faults: pacs.faults, trace, broken };
}

/** Long enough for what is woken up to come to the ledger's no. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 100));
}

/** Each exam's images within a quarter of an hour, in the first two hours. */
function arrivalsOf(exams: readonly MadeInstance[][], random: Uniform) {
  return exams
    .flatMap((images) => {
      const begin = random() * 2 * HOUR_MS;
      return images.map(({ bytes }) => ({ at: begin + random() * 15 * MINUTE_MS, bytes }));
    })
    .sort((a, b) => a.at - b.at);
}

async function brokenPromises(
  seed: number,
  pacs: ModelledPacs,
  exams: readonly MadeInstance[][],
  records: readonly { studyInstanceUID: string; state: string; code: string | undefined }[],
): Promise<string[]> {
  const broken: string[] = [];
  for (const images of exams) {
    const study = images[0]!.studyInstanceUID;
    const say = (what: string) => broken.push(`--seed ${seed}, study ${study}: ${what}`);
    const record = records.find(({ studyInstanceUID }) => studyInstanceUID === study);
    if (record?.state !== 'delivered') say(`lost: ${record?.state ?? 'never seen'} (${record?.code ?? ''})`);
    const reports = pacs.of(study).filter(({ sopClassUID }) => sopClassUID === sopClass.Comprehensive3DSR);
    const about = reports.map(({ bytes }) => imagesOf(bytes));
    if (!about.some((uids) => images.every(({ sopInstanceUID }) => uids.includes(sopInstanceUID))))
      say('no report about all of its images');
    if (new Set(about.map((uids) => uids.join())).size < about.length)
      say('two reports about the same images');
  }
  return broken;
}

/** The images that a report says it is about. */
function imagesOf(report: Uint8Array): string[] {
  return readPart10(report)
    .dataset.items('CurrentRequestedProcedureEvidenceSequence')
    .flatMap((study) => study.items('ReferencedSeriesSequence'))
    .flatMap((series) => series.items('ReferencedSOPSequence'))
    .map((instance) => instance.string('ReferencedSOPInstanceUID')!)
    .sort();
}
