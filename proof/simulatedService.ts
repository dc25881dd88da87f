import type { Ledger } from '../src/ledger/index.js';
import type { ClaimWatch } from './claimWatch.js';
import { fatefulLedger, type SimulatedLedger } from './simulatedLedger.js';
import type { Order } from './simulatedOrders.js';
import { SimulatedProcess, type SimulatedProcessParts } from './simulatedProcess.js';
import type { Living } from './virtualTime.js';
import { LONGEST_MS } from './weathers.js';

const MINUTE_MS = 60_000;

/** How long nobody notices that a process is gone. */
const UNNOTICED_MS: [least: number, most: number] = [10_000, 10 * MINUTE_MS];

/** How often, and when at the latest, a frozen process wakes up after another has taken up an exam. */
const WOKEN = 0.5;
const LONGEST_TILL_WOKEN_MS = 2 * MINUTE_MS;

/** What all of its processes have. */
type Common = Pick<SimulatedProcessParts, 'time' | 'random' | 'pacs' | 'weather' | 'log' | 'onWork'>;

export interface SimulatedServiceParts extends Common {
  world: Living;
  shared: SimulatedLedger;
  /** Whoever looks on asks the ledger here. */
  office: Ledger;
  watch: ClaimWatch;
  /** Nothing can be said of what is claimed, but that nobody works by a claim that has passed. */
  isOpaque: boolean;
  isFoul(): boolean;
  count(trouble: 'kill' | 'freeze'): void;
  onStrange(error: unknown): void;
}

/** What a process is there for: `order`: a command that does this, and ends. */
export interface Duty {
  settingsDigest: string;
  order?: Order;
}

/** Processes that share a ledger: each is begun again when it was killed or stopped, a command until it is done. */
export class SimulatedService {
  readonly #parts: SimulatedServiceParts;
  readonly #duties: Duty[];
  /** By their places; a command's is empty until it is given. */
  readonly #processes: (SimulatedProcess | undefined)[] = [];

  /** @param duties of its processes, by their places */
  constructor(duties: readonly Duty[], parts: SimulatedServiceParts) {
    this.#duties = [...duties];
    this.#parts = parts;
    for (const [place, { order }] of duties.entries())
      if (order === undefined) this.#begin(place);
      else parts.time.after(order.atMs, () => this.#begin(place), parts.world);
  }

  anyPlace(): number {
    return Math.floor(this.#parts.random() * this.#duties.length);
  }

  kill(place: number): void {
    const { isFoul, count } = this.#parts;
    if (!isFoul() || !this.#processes[place]?.kill()) return;
    count('kill');
    this.#beginAgain(place);
  }

  freeze(place: number): void {
    const { isFoul, count, random } = this.#parts;
    if (!isFoul()) return;
    this.#processes[place]?.freeze(random() * LONGEST_MS.freeze);
    count('freeze');
  }

  /** From now on another version is begun there, once the one at work has stopped. */
  async upgrade(place: number, settingsDigest: string): Promise<void> {
    this.#duties[place] = { settingsDigest };
    await this.stop(place);
  }

  async stop(place: number): Promise<void> {
    const { watch, office, isOpaque } = this.#parts;
    const process = this.#processes[place];
    if (process === undefined || !(await process.stop())) return;
    if (!isOpaque) await watch.ended(process, office);
    this.#beginAgain(place);
  }

  #begin(place: number): void {
    const { shared, watch, weather, isOpaque, ...common } = this.#parts;
    const { time, random } = common;
    const { settingsDigest, order } = this.#duties[place]!;
    const process = new SimulatedProcess({
      ...{ ...common, settingsDigest, order },
      onEnd: (isWhole) => isWhole || this.#beginAgain(place),
      name: `process ${place} from ${time.steady}`,
      weather,
    });
    this.#processes[place] = process;
    const ledger = shared.open();
    const watched = isOpaque ? watch.fenced(ledger) : watch.over(ledger, process);
    const fates = {
      ...{ random, life: process, time },
      ...{ kill: () => this.kill(place), freeze: () => this.freeze(place) },
      taken: () => this.#wakeOthers(process),
    };
    process.begin(weather.isMortal ? fatefulLedger(watched, fates) : watched);
  }

  #beginAgain(place: number): void {
    const { time, random, world } = this.#parts;
    const [least, most] = UNNOTICED_MS;
    time.after(least + random() * most, () => this.#begin(place), world);
  }

  /** What a frozen process holds may be another's now: then it does most harm to wake up. */
  #wakeOthers(taking: SimulatedProcess): void {
    const { time, random } = this.#parts;
    for (const other of this.#processes)
      if (other !== undefined && other !== taking && other.frozenUntil > time.steady && random() < WOKEN)
        other.freeze(random() * LONGEST_TILL_WOKEN_MS);
  }
}
