import { createHash } from 'node:crypto';
import { dicomDate } from '../src/dicom/index.js';
import { MamoriError } from '../src/errors.js';
import type { LedgerError, LedgerErrorCode } from '../src/ledger/index.js';
import type { Database } from '../src/ledger/sqlite/index.js';
import type { Log } from '../src/poller/index.js';
import { type Uniform, uniformFrom } from '../src/random.js';
import { brokenPromises } from './brokenPromises.js';
import { ClaimWatch } from './claimWatch.js';
import { answerFormerly } from './formerAnswers.js';
import { ModelledPacs } from './modelledPacs.js';
import { ModelledServer } from './modelledServer.js';
import { SERVER_PROFILES } from './serverProfiles.js';
import { arrivingExams, earlierExams, TO_BACKFILL, TO_REPROCESS } from './simulatedHospital.js';
import { SimulatedLedger } from './simulatedLedger.js';
import { SimulatedOrders } from './simulatedOrders.js';
import { servedWith, UPGRADED } from './simulatedPoller.js';
import { type Duty, SimulatedService } from './simulatedService.js';
import { beginTroubles, endTroubles } from './simulatedTroubles.js';
import { beginUpgrade } from './simulatedUpgrade.js';
import type { Living, VirtualTime } from './virtualTime.js';
import { LONGEST_MS, weatherOf, withLedgerOnAServer } from './weathers.js';

export interface SimulationReport {
  seed: number;
  profile: string;
  weather: string;
  /** With different settings, on one ledger. */
  services: number;
  /** Their ledger is on a server that fails. */
  hasServer: boolean;
  /** Old exams are backfilled, and processed again. */
  hasOrders: boolean;
  /** Another version takes the place of the first while exams are on their way. */
  isUpgraded: boolean;
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
const PROCESSES = 2;
/** Seeds in which old exams are ordered, where an archive tells dates: beside kills and faults they take longer. */
const WITH_ORDERS = { outages: 1, kills: 0.15, faults: 0.15 } as const;
/** Seeds in which a service that is alone on its ledger is upgraded, and nothing is ordered. */
const WITH_UPGRADE = { outages: 0.2, kills: 0.45, faults: 0.45 } as const;
/** Orders are given, and a service is upgraded, within that part of the time in which all goes wrong. */
const ORDERED_WITHIN = 0.6;
/** Reports that are switched on. */
const REPORTS = ['tid1500', 'mammography-cad'] as const;
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

/** Seeds whose ledger is on a server. What nobody may do in outages is seen without one alone. */
const ON_A_SERVER = { outages: 0.25, kills: 0.5, faults: 0.5 } as const;

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
 * ledger; the archive, one of several kinds, fails, so does the ledger's server, the disk is full, somebody sets the
 * clock, as the weather has it; old exams are ordered to be answered, and answered ones to be answered again; a service
 * is upgraded. Then all is well, and within a bound every exam must have its results.
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
  const usual = weatherOf(seed);
  const server = random() < ON_A_SERVER[usual.name] ? new ModelledServer({ time, random }) : undefined;
  const weather = server === undefined ? usual : withLedgerOnAServer(usual);
  const pacs = new ModelledPacs({ time, random, profile, note });
  pacs.hasFaults = false;
  const shared = new SimulatedLedger(database, time, server);
  const world: Living = { isOver: false, frozenUntil: 0 };
  const isClockSet = random() < 0.5;
  const setClock = () => {
    count('clock step');
    time.set((random() < 0.5 ? -1 : 1) * random() * LONGEST_MS['clock step']);
  };
  // Mostly they are the same.
  const services = random() < 0.25 ? ['one', 'other'] : ['one'];
  const strange = new Set<string>();
  const log = watchfulLog(strange);

  const dateOf = (daysAgo: number) => dicomDate(new Date(time.wall - daysAgo * DAY_MS));
  // An undated study cannot be told from a new one.
  const isUpgraded = services.length === 1 && random() < WITH_UPGRADE[weather.name];
  const hasOrders = !isUpgraded && profile.tellsDates && random() < WITH_ORDERS[weather.name];
  const earlier = hasOrders ? earlierExams(dateOf) : [];
  const dates = new Map(earlier.map((exam) => [exam.studyInstanceUID as string, exam.studyDate]));
  for (const { images, studyDate } of earlier) for (const image of images) pacs.add(image, studyDate, true);
  const office = shared.openBeside();
  const formerSets = await answerFormerly(earlier, { time, pacs, ledger: office, log });
  pacs.hasFaults = weather.hasFaults;
  const begin = time.steady;
  const isFoul = () => time.steady - begin < FOUL_MS;

  // An outage of the ledger may cost an exam its last try, the one in which it does without such an image.
  const mayLoseImages = weather.name === 'outages' && server === undefined;
  const arriving = arrivingExams(EXAMS, random, { mayLoseImages, studyDate: dateOf(0) });
  const exams = [...arriving, ...earlier];
  const watch = new ClaimWatch({ time, pacs, ledger: office, isOld: (study) => dates.has(study) });
  const orders = new SimulatedOrders({
    ...{ time, random, dates, reports: REPORTS, served: servedWith(services[0]!) },
    isClockSound: !isClockSet && !weather.isMortal,
    hasFaults: weather.hasFaults,
  });
  const duties: Duty[] = Array.from({ length: PROCESSES }, (_, place) => ({
    settingsDigest: services[place % services.length]!,
  }));
  if (hasOrders) {
    const [at, other] = [random() * ORDERED_WITHIN * FOUL_MS, random() * ORDERED_WITHIN * FOUL_MS];
    const within = ({ from, to }: { from: number; to: number }) => ({ from: dateOf(from), to: dateOf(to) });
    for (const order of [
      orders.backfill(at, within(TO_BACKFILL)),
      orders.reprocess(other, within(TO_REPROCESS)),
    ])
      duties.push({ settingsDigest: services[0]!, order });
  }
  for (const { images, foreign, oddity, studyDate } of arriving) {
    for (const image of images) time.after(image.at, () => pacs.add(image, studyDate), world);
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
  };
  beginTroubles(troubled);
  if (isUpgraded) {
    const places = Array.from({ length: PROCESSES }, (_, place) => place);
    beginUpgrade({ ...common, service, places, atMs: random() * ORDERED_WITHIN * FOUL_MS });
  }

  await time.runUntil(begin + FOUL_MS);
  await endTroubles(troubled);
  const clockWasSet = troubles['clock step'] !== undefined;
  const promises = async () =>
    brokenPromises({
      ...{ exams, pacs, records: await office.list(), clockWasSet, formerSets },
      services: isUpgraded ? [UPGRADED] : services,
      upgraded: isUpgraded ? services[0] : undefined,
    });
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
    hasOrders,
    isUpgraded,
    exams: exams.length,
    troubles,
    trace: trace.digest('hex').slice(0, 16),
    doneAfterMinutes,
    broken: [...broken, ...pacs.askers.hasty, ...watch.broken, ...orders.broken, ...strange].map(
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
