import { createHash } from 'node:crypto';
import { dicomDate } from '../src/dicom/index.js';
import { MamoriError } from '../src/errors.js';
import type { LedgerError, LedgerErrorCode } from '../src/ledger/index.js';
import type { Database } from '../src/ledger/sqlite/index.js';
import type { Log } from '../src/poller/index.js';
import { type Uniform, uniformFrom } from '../src/random.js';
import { brokenPromises } from './brokenPromises.js';
import { ClaimWatch } from './claimWatch.js';
import { ModelledPacs } from './modelledPacs.js';
import { ModelledServer } from './modelledServer.js';
import { SERVER_PROFILES } from './serverProfiles.js';
import { arrivingExams, oldExams } from './simulatedHospital.js';
import { SimulatedLedger } from './simulatedLedger.js';
import { SimulatedService } from './simulatedService.js';
import { beginTroubles, endTroubles } from './simulatedTroubles.js';
import type { Living, VirtualTime } from './virtualTime.js';
import { LONGEST_MS, weatherOf } from './weathers.js';

export interface SimulationReport {
  seed: number;
  profile: string;
  weather: string;
  /** With different settings, on one ledger. */
  services: number;
  /** Their ledger is on a server that fails. */
  hasServer: boolean;
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
const DAY_MS = 24 * HOUR_MS;

const EXAMS = 4;
const OLD_EXAMS = 5;
/** When these were made. */
const OLD_MS = 40 * DAY_MS;
const PROCESSES = 2;
/** Exams come, and all goes wrong, for so long; then nothing does any more. */
const FOUL_MS = 4 * HOUR_MS;
/** So much later all must be done: an hour of settling, the longest pause of the breaker, and again. */
const BOUND_MS = 5 * HOUR_MS;
/**
 * With the clock set, an exam may be answered before all of it is there. Then what comes late is waited for as after
 * two sets: eight times as long.
 */
const BOUND_WITH_CLOCK_SET_MS = BOUND_MS + 8 * HOUR_MS;
/** After that, nothing more may be written. */
const AFTERWARDS_MS = HOUR_MS;
const LOOK_MS = 10 * MINUTE_MS;

/** An exam is worked on while the clock is set: its claim must not end by that. */
const CLOCK_SET_AT_WORK = 0.15;

/** Seeds whose ledger is on a server. */
const ON_A_SERVER = 0.5;

/** What ends a cycle while it fails. */
const LEDGER_TROUBLE: ReadonlySet<string> = new Set<LedgerErrorCode>([
  'ledger-unreachable',
  'ledger-disk-full',
]);

export interface SimulationParts {
  time: VirtualTime;
  database: Database;
  /** Takes the place of the process's own random numbers. */
  reign(random: Uniform): void;
}

/**
 * Some hours of a hospital on virtual time: exams arrive image by image, some of them odd; two processes share a
 * ledger; the archive, one of several kinds, fails, the disk is full, somebody sets the clock, as the weather has it.
 * Then all is well, and within a bound every exam must have its results.
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
  const isOnAServer = random() < ON_A_SERVER;
  const weather = weatherOf(seed, isOnAServer);
  const pacs = new ModelledPacs({ time, random, profile, note });
  pacs.hasFaults = weather.hasFaults;
  const server = isOnAServer ? new ModelledServer({ time, random }) : undefined;
  const shared = new SimulatedLedger(database, time, server);
  const world: Living = { isOver: false, frozenUntil: 0 };
  const begin = time.steady;
  const isFoul = () => time.steady - begin < FOUL_MS;
  const isClockSet = random() < 0.5;
  const setClock = () => {
    count('clock step');
    time.set((random() < 0.5 ? -1 : 1) * random() * LONGEST_MS['clock step']);
  };
  // Mostly they are the same.
  const services = random() < 0.25 ? ['one', 'other'] : ['one'];
  const strange = new Set<string>();
  const log = watchfulLog(strange);

  const studyDate = dicomDate(new Date(time.wall));
  const oldDate = dicomDate(new Date(time.wall - OLD_MS));
  // An undated study cannot be told from a new one; and old ones beside kills and faults would only take longer.
  const hasOld = weather.name === 'outages' && profile.tellsDates;
  const exams = arrivingExams(EXAMS, random, { mayLoseImages: weather.name === 'outages' });
  if (hasOld) exams.push(...oldExams(OLD_EXAMS));
  const old = new Set<string>(exams.filter(({ isOld }) => isOld).map((exam) => exam.studyInstanceUID));
  const office = shared.openBeside();
  const watch = new ClaimWatch({ time, pacs, ledger: office, isOld: (study) => old.has(study) });

  const duties = Array.from({ length: PROCESSES }, (_, place) => ({
    settingsDigest: services[place % services.length]!,
    oldExams: hasOld && place === 0 ? { from: oldDate, to: oldDate } : undefined,
  }));
  for (const { images, foreign, oddity, isOld } of exams) {
    for (const image of images) {
      if (isOld) pacs.add(image, oldDate, true);
      else time.after(image.at, () => pacs.add(image, studyDate), world);
    }
    if (oddity === 'lost image') pacs.lost.add(images.at(-1)!.sopInstanceUID);
    if (foreign === undefined) continue;
    time.after(foreign.image.at, () => pacs.add(foreign.image, studyDate), world);
    if (foreign.until !== undefined) time.after(foreign.until, () => pacs.remove(foreign.image), world);
  }
  const onStrange = (error: unknown) => {
    const { code } = error as Partial<LedgerError>;
    // Of what is modelled, nothing else ends a cycle.
    if (server === undefined || code === undefined || !LEDGER_TROUBLE.has(code))
      strange.add(String((error as Error).stack));
  };
  const onWork = () => {
    if (isClockSet && isFoul() && random() < CLOCK_SET_AT_WORK) setClock();
  };
  const common = { time, random, world, weather, pacs, shared, office, isFoul, count };
  const service = new SimulatedService(duties, {
    ...{ ...common, watch, log, onStrange, onWork },
    isOpaque: weather.isMortal || server !== undefined,
  });
  const troubled = {
    ...{ ...common, server, service, setClock: isClockSet ? setClock : undefined },
    anyPlace: () => Math.floor(random() * PROCESSES),
  };
  beginTroubles(troubled);

  await time.runUntil(begin + FOUL_MS);
  await endTroubles(troubled);
  const clockWasSet = troubles['clock step'] !== undefined;
  const promises = async () =>
    brokenPromises({ exams, pacs, services, records: await office.list(), clockWasSet });
  let at = time.steady;
  let broken = await promises();
  const allIsDone = async () => {
    const until = at + (clockWasSet ? BOUND_WITH_CLOCK_SET_MS : BOUND_MS);
    while (broken.length > 0 && at < until) {
      at += LOOK_MS;
      await time.runUntil(at);
      broken = await promises();
    }
    return broken.length === 0;
  };
  let isDone = await allIsDone();
  const doneAfterMinutes = (at - begin - FOUL_MS) / MINUTE_MS;
  if (isDone && pacs.lost.size > 0) {
    // Somebody mends the images, and has the partial exams tried again.
    pacs.lost.clear();
    await office.retry({ states: ['partial'] });
    broken = await promises();
    isDone = await allIsDone();
  }
  if (isDone) {
    at += AFTERWARDS_MS;
    await time.runUntil(at);
    broken = await promises();
    // Of an exam that was at its end, images may have come and gone: it is looked at again, and nothing is written.
    await allIsDone();
    if (shared.waitingFiles > 0) broken.push(`${shared.waitingFiles} files are kept of what is delivered`);
  }
  for (const [fault, times] of pacs.faults) troubles[`answer: ${fault}`] = times;
  for (const [cut, times] of server?.cuts ?? []) troubles[`ledger cut: ${cut}`] = times;
  return {
    seed,
    profile: profile.name,
    weather: weather.name,
    services: services.length,
    hasServer: server !== undefined,
    exams: exams.length,
    troubles,
    trace: trace.digest('hex').slice(0, 16),
    doneAfterMinutes,
    broken: [...broken, ...pacs.askers.hasty, ...watch.broken, ...strange].map(
      (what) => `--seed ${seed}, ${profile.name}, ${weather.name}: ${what}`,
    ),
  };
}

/** Says nothing, and hears of errors without a name. */
function watchfulLog(strange: Set<string>): Log {
  const hear = (fields: object) => {
    const { err, code, reason } = fields as { err?: unknown; code?: string; reason?: string };
    const isStop = err instanceof Error && err.name === 'AbortError';
    if (err instanceof Error && !(err instanceof MamoriError) && !isStop)
      strange.add(err.stack ?? err.message);
    else if (code === 'unexpected-error') strange.add(`${code}: ${reason}`);
  };
  return { debug: hear, info() {}, warn: hear, error: hear };
}
