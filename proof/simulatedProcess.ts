import type { Workbench } from '../src/exam/index.js';
import type { Ledger } from '../src/ledger/index.js';
import { Backfill, type DateRange, type Log, Poller } from '../src/poller/index.js';
import type { Uniform } from '../src/random.js';
import { modelledMaking } from './modelledExams.js';
import type { ModelledPacs } from './modelledPacs.js';
import type { Living, VirtualTime } from './virtualTime.js';
import type { Weather } from './weathers.js';

/** What analysing takes: mostly this, and now and then much longer, on a machine that is busy. */
const WORK_MS = 8000;
const LONGEST_WORK_MS = 600_000;

const OLD_PER_HOUR = 30;

export interface SimulatedProcessParts {
  name: string;
  time: VirtualTime;
  random: Uniform;
  pacs: ModelledPacs;
  weather: Weather;
  /** Names its settings: two services with different ones may share a ledger. */
  settingsDigest: string;
  log: Log;
  /** Study dates of old exams that it takes up as well. */
  oldExams: DateRange | undefined;
  /** An exam's images are there, and are analysed now. */
  onWork(): void;
  /** Hears of what ends a cycle. */
  onStrange(error: unknown): void;
}

/** A process of the service on virtual time, until it is killed or stopped. */
export class SimulatedProcess implements Living {
  isOver = false;
  frozenUntil = 0;
  readonly name: string;
  readonly #parts: SimulatedProcessParts;
  #poller: Poller | undefined;
  #isStopping = false;

  constructor(parts: SimulatedProcessParts) {
    this.name = parts.name;
    this.#parts = parts;
  }

  begin(ledger: Ledger): void {
    const { name, time, random, pacs, weather, settingsDigest, log, oldExams, onWork, onStrange } =
      this.#parts;
    const stopping = new AbortController().signal;
    const poller = new Poller({
      pacs: pacs.web,
      ledger,
      bench: {} as Workbench,
      making: modelledMaking(() => {
        onWork();
        return time.sleep(WORK_MS + LONGEST_WORK_MS * random() ** 4);
      }, settingsDigest),
      served: { modelName: 'modelled', modelVersion: '1.0.0', settingsDigest },
      settings: {
        lookbackDays: 3,
        settleSeconds: 3600,
        views: ['LCC', 'RCC', 'LMLO', 'RMLO'],
        maxExamsPerCycle: 50,
        retry: { attempts: weather.tries, firstDelaySeconds: 60, longestDelaySeconds: 600 },
        workers: 2,
        leaseSeconds: 120,
      },
      sources: (parts) =>
        oldExams === undefined
          ? []
          : [new Backfill({ ...parts, range: oldExams, perHour: OLD_PER_HOUR }, stopping)],
      workerName: name,
      log,
    });
    this.#poller = poller;
    time.begin(this, async () => {
      while (!this.#isStopping) {
        await poller.cycle({ whole: random() < 0.2 }).catch(onStrange);
        await time.sleep(weather.beatMs * (0.5 + random()));
      }
    });
  }

  /** False where it has ended. */
  kill(): boolean {
    if (this.isOver) return false;
    this.isOver = true;
    return true;
  }

  freeze(forMs: number): void {
    this.frozenUntil = this.#parts.time.steady + forMs;
  }

  /** As by SIGTERM. False where it has ended or is about to. */
  async stop(): Promise<boolean> {
    if (this.isOver || this.#isStopping) return false;
    this.#isStopping = true;
    await this.#poller?.stop();
    return this.kill();
  }
}
