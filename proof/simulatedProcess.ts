import type { Ledger } from '../src/ledger/index.js';
import type { CycleReport, Log, Poller } from '../src/poller/index.js';
import type { Uniform } from '../src/random.js';
import { modelledMaking } from './modelledExams.js';
import type { ModelledPacs } from './modelledPacs.js';
import type { OldExams, Order } from './simulatedOrders.js';
import { simulatedPoller } from './simulatedPoller.js';
import type { Living, VirtualTime } from './virtualTime.js';
import type { Weather } from './weathers.js';

/** What analysing takes: mostly this, and now and then much longer, on a machine that is busy. */
const WORK_MS = 8000;
const LONGEST_WORK_MS = 600_000;

export interface SimulatedProcessParts {
  name: string;
  time: VirtualTime;
  random: Uniform;
  pacs: ModelledPacs;
  weather: Weather;
  settingsDigest: string;
  log: Log;
  /** It is a command that does this, and then ends. */
  order: Order | undefined;
  /** An exam's images are there, and are analysed now. */
  onWork(): void;
  /** Hears of what ends a cycle. */
  onStrange(error: unknown): void;
  /** The command has ended by itself. @param isWhole nothing is left to do */
  onEnd(isWhole: boolean): void;
}

/** A process of the service on virtual time, until it is killed or stopped, or is a command that comes to its end. */
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
    const { time, order } = this.#parts;
    time.begin(this, async () => {
      if (order === undefined) return this.#serve(ledger);
      const isWhole = await this.#obey(order, ledger);
      if (!this.#isStopping && this.kill()) this.#parts.onEnd(isWhole);
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

  /** As `mamori run` does. */
  async #serve(ledger: Ledger): Promise<void> {
    const poller = this.#open(ledger);
    while (!this.#isStopping) {
      await this.#cycle(poller);
      await this.#rest();
    }
  }

  /** As a command about old exams does. Answers whether it came to its end, and left nothing out. */
  async #obey(order: Order, ledger: Ledger): Promise<boolean> {
    let source: OldExams | undefined;
    try {
      const open = await order.plan(ledger);
      if (open === undefined) return true;
      const stopping = new AbortController().signal;
      const poller = this.#open(ledger, (parts) => {
        source = open(parts, stopping);
        return [source];
      });
      while (!this.#isStopping) {
        const report = await this.#cycle(poller);
        if (report === undefined || report.pausing !== undefined) return false;
        if (source!.isOver && report.exams.length === 0 && report.postponed === 0)
          return source!.leftOut === 0;
        await this.#rest();
      }
    } catch (error) {
      this.#parts.onStrange(error);
    }
    return false;
  }

  #open(ledger: Ledger, sources?: Parameters<typeof simulatedPoller>[0]['sources']): Poller {
    const { name, time, random, pacs, weather, settingsDigest, log, onWork } = this.#parts;
    const work = () => {
      onWork();
      return time.sleep(WORK_MS + LONGEST_WORK_MS * random() ** 4);
    };
    const making = modelledMaking(work, settingsDigest);
    const { tries } = weather;
    this.#poller = simulatedPoller({ name, pacs, ledger, making, settingsDigest, tries, log, sources });
    return this.#poller;
  }

  async #cycle(poller: Poller): Promise<CycleReport | undefined> {
    const { random, onStrange } = this.#parts;
    return poller.cycle({ whole: random() < 0.2 }).catch((error) => void onStrange(error));
  }

  #rest(): Promise<void> {
    const { time, random, weather } = this.#parts;
    return time.sleep(weather.beatMs * (0.5 + random()));
  }
}
