import { createHash } from 'node:crypto';
import { dicomDate } from '../src/dicom/index.js';
import { MamoriError } from '../src/errors.js';
import type { Workbench } from '../src/exam/index.js';
import type { Database } from '../src/ledger/sqlite/index.js';
import { type Log, Poller } from '../src/poller/index.js';
import { type Uniform, uniformFrom } from '../src/random.js';
import { brokenPromises } from './brokenPromises.js';
import { modelledMaking } from './modelledExams.js';
import { ModelledPacs } from './modelledPacs.js';
import { SERVER_PROFILES } from './serverProfiles.js';
import { arrivingExams } from './simulatedHospital.js';
import { fatefulLedger, SimulatedLedger } from './simulatedLedger.js';
import type { Living, VirtualTime } from './virtualTime.js';

export interface SimulationReport {
  seed: number;
  profile: string;
  exams: number;
  /** How often each thing went wrong. */
  troubles: Record<string, number>;
  /** The same for the same seed. */
  trace: string;
  /** From the end of all faults to the last exam delivered, in minutes. */
  doneAfterMinutes: number;
  /** What was promised and is not so: nothing where all is well. */
  broken: string[];
}

/** A Monday morning. */
const BEGIN = new Date('2026-03-02T07:00:00Z');
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const EXAMS = 4;
const PROCESSES = 2;
/** Exams come, and all goes wrong, for so long; then nothing does any more. */
const FOUL_MS = 4 * HOUR_MS;
/** So much later at the latest all must be done: an hour of settling, the longest pause of the breaker, and again. */
const BOUND_MS = 5 * HOUR_MS;
/** After that, nothing more may be written. */
const AFTERWARDS_MS = HOUR_MS;
const BEAT_MS = 12 * MINUTE_MS;
const LOOK_MS = 10 * MINUTE_MS;

/** What analysing takes: mostly this, and now and then much longer, on a machine that is busy. */
const WORK_MS = 8000;
const LONGEST_WORK_MS = 10 * MINUTE_MS;

/** How often something happens, on the average; and how long it lasts at the most. */
const EVERY_MS = {
  kill: 15 * MINUTE_MS,
  freeze: 25 * MINUTE_MS,
  away: 100 * MINUTE_MS,
  full: 100 * MINUTE_MS,
};
const SET_CLOCK_MS = 60 * MINUTE_MS;
const LONGEST = { freeze: 40 * MINUTE_MS, away: 60 * MINUTE_MS, full: 40 * MINUTE_MS, step: 2 * HOUR_MS };

/** Of every third seed: nothing ends or stops a process, and exams have few tries. */
const FEW_TRIES = 12;
/** A kill counts as a try, and there are as many as the seed likes. */
const MANY_TRIES = 1000;

export interface SimulationParts {
  time: VirtualTime;
  database: Database;
  /** Takes the place of the process's own random numbers. */
  reign(random: Uniform): void;
}

/**
 * Some hours of a hospital on virtual time: exams arrive image by image, some of them late; two processes share a
 * ledger and are killed or frozen at any step; the archive, one of several kinds, fails in every way; the disk is full
 * at times, and somebody sets the clock. Then all is well, and within a bound every exam must have its results.
 */
export async function simulate(
  seed: number,
  { time, database, reign }: SimulationParts,
): Promise<SimulationReport> {
  time.restart(BEGIN);
  const random = uniformFrom('simulate', seed);
  reign(random);
  const trace = createHash('sha256');
  const note = (what: string) => void trace.update(`${time.steady} ${what}\n`);
  const troubles: Record<string, number> = {};
  const count = (what: string) => {
    troubles[what] = (troubles[what] ?? 0) + 1;
    note(what);
  };
  const profile = SERVER_PROFILES[Math.floor(random() * SERVER_PROFILES.length)]!;
  const pacs = new ModelledPacs({ time, random, profile, note });
  const shared = new SimulatedLedger(database, time);
  const world: Living = { isOver: false, frozenUntil: 0 };
  const begin = time.steady;
  const isFoul = () => time.steady - begin < FOUL_MS;
  const isMortal = seed % 3 !== 0;
  const strange = new Set<string>();
  const log = watchfulLog(strange);

  const lives: (Living | undefined)[] = Array.from({ length: PROCESSES }, () => undefined);
  const start = (place: number) => {
    const life: Living = { isOver: false, frozenUntil: 0 };
    lives[place] = life;
    const kill = () => {
      if (!isFoul() || !isMortal || life.isOver) return;
      life.isOver = true;
      count('kills');
      time.after(10_000 + random() * 10 * MINUTE_MS, () => start(place), world);
    };
    const freeze = () => {
      if (!isFoul() || !isMortal) return;
      life.frozenUntil = time.steady + random() * LONGEST.freeze;
      count('freezes');
    };
    Object.assign(life, { kill, freeze });
    const poller = new Poller({
      pacs: pacs.web,
      ledger: fatefulLedger(shared.open(), { random, life, time, kill, freeze }),
      bench: {} as Workbench,
      making: modelledMaking(() => time.sleep(WORK_MS + LONGEST_WORK_MS * random() ** 4)),
      served: { modelName: 'modelled', modelVersion: '1.0.0', settingsDigest: 'simulated' },
      settings: {
        lookbackDays: 3,
        settleSeconds: 3600,
        views: ['LCC', 'RCC', 'LMLO', 'RMLO'],
        maxExamsPerCycle: 50,
        retry: {
          attempts: isMortal ? MANY_TRIES : FEW_TRIES,
          firstDelaySeconds: 60,
          longestDelaySeconds: 600,
        },
        workers: 2,
        leaseSeconds: 120,
      },
      workerName: `process ${place} from ${time.steady}`,
      log,
    });
    time.begin(life, async () => {
      for (;;) {
        await poller.cycle({ whole: random() < 0.2 }).catch((error: unknown) => {
          // Of what is modelled, nothing ends a cycle.
          strange.add(String((error as Error).stack));
        });
        await time.sleep(BEAT_MS * (0.5 + random()));
      }
    });
  };

  /** Again and again while all goes wrong, after times that nobody foresees. */
  const nowAndThen = (everyMs: number, happen: () => void) => {
    const wait = () =>
      time.after(
        -Math.log(1 - random()) * everyMs,
        () => {
          if (!isFoul()) return;
          happen();
          wait();
        },
        world,
      );
    wait();
  };
  const forAWhile = (longestMs: number, set: (isSo: boolean) => void) => {
    set(true);
    time.after(random() * longestMs, () => set(false), world);
  };
  const anyLife = () => lives[Math.floor(random() * PROCESSES)] as (Living & Mortal) | undefined;

  const exams = arrivingExams(EXAMS, random);
  const studyDate = dicomDate(new Date(time.wall));
  for (const { images } of exams)
    for (const image of images) time.after(image.at, () => pacs.add(image, studyDate), world);
  for (const place of lives.keys()) start(place);
  nowAndThen(EVERY_MS.kill, () => anyLife()?.kill());
  nowAndThen(EVERY_MS.freeze, () => anyLife()?.freeze());
  nowAndThen(EVERY_MS.away, () => {
    count('outages');
    forAWhile(LONGEST.away, (isSo) => {
      pacs.isAway = isSo;
    });
  });
  nowAndThen(EVERY_MS.full, () => {
    const isArchives = random() < 0.5;
    count(isArchives ? 'archive full' : 'disk full');
    forAWhile(LONGEST.full, (isSo) => {
      if (isArchives) pacs.isFull = isSo;
      else shared.disk.isFull = isSo;
    });
  });
  nowAndThen(SET_CLOCK_MS, () => {
    count('clock steps');
    time.set((random() < 0.5 ? -1 : 1) * random() * LONGEST.step);
  });

  await time.runUntil(begin + FOUL_MS);
  Object.assign(pacs, { isFoul: false, isAway: false, isFull: false });
  shared.disk.isFull = false;
  const ledger = shared.open();
  const promises = async () =>
    brokenPromises({
      exams,
      pacs,
      records: await ledger.list(),
      clockWasSet: troubles['clock steps'] !== undefined,
    });
  let at = time.steady;
  let broken = await promises();
  while (broken.length > 0 && at < begin + FOUL_MS + BOUND_MS) {
    at += LOOK_MS;
    await time.runUntil(at);
    broken = await promises();
  }
  const doneAfterMinutes = (at - begin - FOUL_MS) / MINUTE_MS;
  if (broken.length === 0) {
    await time.runUntil(at + AFTERWARDS_MS);
    broken = await promises();
    if (shared.waitingFiles > 0) broken.push(`${shared.waitingFiles} files are kept of what is delivered`);
  }
  for (const [fault, times] of pacs.faults) troubles[fault] = times;
  return {
    seed,
    profile: profile.name,
    exams: exams.length,
    troubles,
    trace: trace.digest('hex').slice(0, 16),
    doneAfterMinutes,
    broken: [...broken, ...strange].map((what) => `--seed ${seed}, ${profile.name}: ${what}`),
  };
}

interface Mortal {
  kill(): void;
  freeze(): void;
}

/** Says nothing, and hears of errors without a name. */
function watchfulLog(strange: Set<string>): Log {
  const hear = (fields: object) => {
    const { err, code, reason } = fields as { err?: unknown; code?: string; reason?: string };
    if (err instanceof Error && !(err instanceof MamoriError)) strange.add(err.stack ?? err.message);
    else if (code === 'unexpected-error') strange.add(`${code}: ${reason}`);
  };
  return { debug: hear, info() {}, warn: hear, error: hear };
}
