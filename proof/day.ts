import { defaultSettings } from '../src/config/index.js';
import {
  asUid,
  dicomDate,
  type SeriesInstanceUID,
  type SOPInstanceUID,
  type StandardView,
  type StudyInstanceUID,
} from '../src/dicom/index.js';
import type { Workbench } from '../src/exam/index.js';
import { LEASE_SECONDS } from '../src/ledger/index.js';
import type { Database } from '../src/ledger/sqlite/index.js';
import { Poller } from '../src/poller/index.js';
import { type Uniform, uniformFrom } from '../src/random.js';
import { ALGORITHM, SILENT } from '../test/poller/hospital.js';
import { type ModelledImage, modelledMaking } from './modelledExams.js';
import { ModelledPacs } from './modelledPacs.js';
import { PLAIN_SERVER } from './serverProfiles.js';
import { SimulatedLedger } from './simulatedLedger.js';
import type { Living, VirtualTime } from './virtualTime.js';

export interface DayOptions {
  seed: number;
  exams: number;
  /** What an exam takes of the processors, all stages together. */
  workMs: number;
  time: VirtualTime;
  database: Database;
}

/** From the last image that can be read to the last result that can be, in seconds. */
export interface DayReport {
  /** Exams with all four views. */
  whole: number[];
  /** Exams that lack one: only that nothing more comes tells that they are complete. */
  settled: number[];
  /** Exams without a result at the end of the day. */
  left: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** The first patient comes at half past seven, the last ten hours later. */
const BEGIN = new Date('2026-03-02T07:30:00Z');
const OPEN_MS = 10 * HOUR_MS;
/** One beat of the usual schedule. */
const BEAT_MS = 30_000;
/** From one image to the next. */
const BETWEEN_MS: [least: number, most: number] = [20_000, 90_000];
/** A breast that was taken off, or a view that was not made. */
const INCOMPLETE = 0.08;

const VIEWS: readonly StandardView[] = ['RCC', 'LCC', 'RMLO', 'LMLO'];
/** From a question to its answer. */
const ANSWER_MS = 200;

/**
 * A day of a hospital on virtual time, with the settings that a new installation has: the poller and the ledger as they
 * are, beside a model of an archive that takes 200 ms for each answer, and of analysing: one exam at a time has the
 * processors, while others are fetched and stored.
 */
export async function day({ seed, exams, workMs, time, database }: DayOptions): Promise<DayReport> {
  time.restart(BEGIN);
  const random = uniformFrom('day', seed);
  const pacs = new ModelledPacs({
    time,
    random,
    profile: PLAIN_SERVER,
    note: () => {},
    latency: () => ANSWER_MS / 2,
  });
  pacs.hasFaults = false;
  let processors = Promise.resolve();
  const work = () => {
    processors = processors.then(() => time.sleep(workMs));
    return processors;
  };
  const { poll, workers } = defaultSettings('http://unused');
  const poller = new Poller({
    pacs: pacs.web,
    ledger: new SimulatedLedger(database, time).open(),
    bench: {} as Workbench,
    making: modelledMaking(work, ALGORITHM.settingsDigest),
    served: ALGORITHM,
    settings: { ...poll, workers, leaseSeconds: LEASE_SECONDS },
    workerName: 'day',
    log: SILENT,
  });

  const begin = time.steady;
  const world: Living = { isOver: false, frozenUntil: 0 };
  const lastImage = new Map<string, { at: number; images: number }>();
  const date = dicomDate(BEGIN);
  for (const image of arrivalsOf(exams, random)) {
    const { studyInstanceUID: study, at } = image;
    lastImage.set(study, { at, images: (lastImage.get(study)?.images ?? 0) + 1 });
    time.after(at, () => pacs.add(image, date), world);
  }
  time.begin({ isOver: false, frozenUntil: 0 }, async () => {
    for (;;) {
      await poller.cycle({ whole: false });
      // A beat during a cycle finds nothing to begin; the next one does.
      await time.sleep(BEAT_MS - ((time.steady - begin) % BEAT_MS));
    }
  });
  await time.runUntil(begin + OPEN_MS + 2 * HOUR_MS);

  const report: DayReport = { whole: [], settled: [], left: lastImage.size - pacs.storedAt.size };
  for (const [study, at] of pacs.storedAt) {
    const last = lastImage.get(study)!;
    report[last.images === VIEWS.length ? 'whole' : 'settled'].push((at - begin - last.at) / 1000);
  }
  return report;
}

function arrivalsOf(exams: number, random: Uniform): ModelledImage[] {
  return Array.from({ length: exams }, (_, exam) => {
    let at = random() * OPEN_MS;
    const views = random() < INCOMPLETE ? VIEWS.slice(0, 2) : VIEWS;
    return views.map((view, number) => {
      const image: ModelledImage = {
        studyInstanceUID: asUid<StudyInstanceUID>(`2.25.${1 + exam}00`),
        seriesInstanceUID: asUid<SeriesInstanceUID>(`2.25.${1 + exam}50`),
        sopInstanceUID: asUid<SOPInstanceUID>(`2.25.${1 + exam}0${1 + number}`),
        view,
        patient: 'own',
        at,
      };
      at += BETWEEN_MS[0] + random() * (BETWEEN_MS[1] - BETWEEN_MS[0]);
      return image;
    });
  }).flat();
}
