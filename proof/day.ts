import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultSettings } from '../src/config/index.js';
import { dicomDate } from '../src/dicom/index.js';
import type { Workbench } from '../src/exam/index.js';
import { LEASE_SECONDS, openLedger } from '../src/ledger/index.js';
import type { MadeInstance } from '../src/phantom/index.js';
import { Poller } from '../src/poller/index.js';
import { type Uniform, uniformFrom } from '../src/random.js';
import { renamedInstance } from '../test/fixtures/index.js';
import { ALGORITHM, SILENT } from '../test/poller/hospital.js';
import { ModelledPacs } from './modelledPacs.js';
import type { VirtualTime } from './virtualTime.js';

export interface DayOptions {
  seed: number;
  exams: number;
  /** What an exam takes of the processors, all stages together. */
  workMs: number;
  /** An exam of four views, whose pixels all have. */
  like: readonly MadeInstance[];
  bench: Workbench;
  time: VirtualTime;
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

const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

interface Arrival {
  at: number;
  instance: MadeInstance;
}

/**
 * A day of a hospital on virtual time, with the settings that a new installation has: the poller, the ledger and the
 * exam's way as they are, beside a model of an archive that takes 200 ms for each answer. Nothing overlaps on virtual
 * time, so that an exam takes longer here than it would.
 */
export async function day({ seed, exams, workMs, like, bench, time }: DayOptions): Promise<DayReport> {
  time.restart(BEGIN);
  const random = uniformFrom('day', seed);
  const folder = mkdtempSync(join(MEMORY, 'mamori-day-'));
  const ledger = await openLedger(`sqlite:${join(folder, 'ledger.db')}`, time.clock);
  const never = () => new Promise<never>(() => {});
  const pacs = new ModelledPacs({ seed, time, onKill: never, onFreeze: never });
  pacs.isFoul = false;
  const { poll, workers } = defaultSettings('http://unused');
  const { engine } = bench;
  const poller = new Poller({
    pacs: pacs.web,
    ledger,
    bench: {
      ...bench,
      engine: {
        ...engine,
        infer: (inputs) => {
          time.pass(workMs);
          return engine.infer(inputs);
        },
      },
    },
    served: ALGORITHM,
    settings: { ...poll, workers, leaseSeconds: LEASE_SECONDS },
    workerName: 'day',
    log: SILENT,
  });

  const begin = time.steady;
  const arrivals = arrivalsOf(like, exams, random);
  const lastImage = new Map<string, { at: number; images: number }>();
  for (const { at, instance } of arrivals) {
    const images = (lastImage.get(instance.studyInstanceUID)?.images ?? 0) + 1;
    lastImage.set(instance.studyInstanceUID, { at, images });
  }
  const answeredAt = new Map<string, number>();
  const end = OPEN_MS + 2 * HOUR_MS;
  while (time.steady - begin < end && answeredAt.size < lastImage.size) {
    // A beat during a cycle finds nothing to begin; the next one does.
    time.pass(BEAT_MS - ((time.steady - begin) % BEAT_MS));
    while (arrivals[0] !== undefined && arrivals[0].at <= time.steady - begin)
      pacs.add(arrivals.shift()!.instance.bytes, dicomDate(new Date(time.wall)));
    await poller.cycle({ whole: false });
    for (const [study, at] of pacs.storedAt) if (!answeredAt.has(study)) answeredAt.set(study, at - begin);
  }
  await ledger.disconnect();
  rmSync(folder, { recursive: true });

  const report: DayReport = { whole: [], settled: [], left: lastImage.size - answeredAt.size };
  for (const [study, at] of answeredAt) {
    const last = lastImage.get(study)!;
    report[last.images === like.length ? 'whole' : 'settled'].push((at - last.at) / 1000);
  }
  return report;
}

/** In the order of time. */
function arrivalsOf(like: readonly MadeInstance[], exams: number, random: Uniform): Arrival[] {
  const arrivals: Arrival[] = [];
  for (let exam = 0; exam < exams; exam++) {
    let at = random() * OPEN_MS;
    const views = random() < INCOMPLETE ? like.slice(0, 2) : like;
    for (const view of views) {
      arrivals.push({ at, instance: renamedInstance(view, exam) });
      at += BETWEEN_MS[0] + random() * (BETWEEN_MS[1] - BETWEEN_MS[0]);
    }
  }
  return arrivals.sort((a, b) => a.at - b.at);
}
