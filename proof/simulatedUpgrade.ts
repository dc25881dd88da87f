import type { Ledger } from '../src/ledger/index.js';
import type { Uniform } from '../src/random.js';
import { servedWith, UPGRADED } from './simulatedPoller.js';
import type { SimulatedService } from './simulatedService.js';
import type { Living, VirtualTime } from './virtualTime.js';

/** From one process to the next, at the most: meanwhile two versions are at work. */
const LONGEST_BETWEEN_MS = 3_600_000;
/** Until somebody hands over what the earlier version left unfinished. */
const LONGEST_TILL_ADOPTED_MS = 1_800_000;

/**
 * Another version of the model takes the place of the first, process by process, while exams are on their way: results
 * that the first could not deliver yet must not come after those of the next. Mostly what it left unfinished
 * is handed over then.
 */
export function beginUpgrade(parts: {
  time: VirtualTime;
  random: Uniform;
  world: Living;
  service: SimulatedService;
  office: Ledger;
  /** Of its processes, in any order. */
  places: readonly number[];
  atMs: number;
  count(what: 'upgrade' | 'adoption'): void;
}): void {
  const { time, random, world, service, office, places, atMs, count } = parts;
  // All at once on one machine; from machine to machine where several share the ledger.
  const betweenMs = random() < 0.4 ? random() * LONGEST_BETWEEN_MS : 0;
  const isAdopted = random() < 0.75;
  // Mostly before the next version has begun, as the steps of an upgrade have it.
  const tillAdoptedMs = random() < 0.4 ? random() * LONGEST_TILL_ADOPTED_MS : 0;
  const upgrade = async () => {
    await Promise.all(
      places.map(async (place, number) => {
        await time.sleep(number * betweenMs);
        count('upgrade');
        await service.upgrade(place, UPGRADED);
      }),
    );
    if (!isAdopted) return;
    await time.sleep(tillAdoptedMs);
    count('adoption');
    await office.adopt(servedWith(UPGRADED));
  };
  time.after(atMs, () => void upgrade(), world);
}
