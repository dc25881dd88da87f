import type { Ledger } from '../src/ledger/index.js';
import type { Uniform } from '../src/random.js';
import type { ArchiveTrouble } from './modelledFaults.js';
import type { ModelledPacs } from './modelledPacs.js';
import type { ModelledServer } from './modelledServer.js';
import type { SimulatedLedger } from './simulatedLedger.js';
import type { SimulatedService } from './simulatedService.js';
import type { Living, VirtualTime } from './virtualTime.js';
import { LONGEST_MS, type Trouble, type Weather } from './weathers.js';

export interface TroublesParts {
  time: VirtualTime;
  random: Uniform;
  world: Living;
  weather: Weather;
  pacs: ModelledPacs;
  shared: SimulatedLedger;
  /** Of the ledger, where it has one. */
  server: ModelledServer | undefined;
  service: SimulatedService;
  /** Where somebody orders and ends a pause. */
  office: Ledger;
  /** Left out: nobody sets the clock. */
  setClock: (() => void) | undefined;
  isFoul(): boolean;
  count(trouble: Trouble): void;
}

/** Where they come to pass. */
const COUNTED_ELSEWHERE: ReadonlySet<Trouble> = new Set(['kill', 'freeze', 'clock step']);

const OF_A_SERVER: ReadonlySet<Trouble> = new Set(['ledger away', 'ledger full', 'ledger slow']);

/** Has each trouble of the weather come again and again, after times that nobody foresees, while the weather is bad. */
export function beginTroubles(parts: TroublesParts): void {
  const { time, random, world, weather, isFoul, count, server } = parts;
  const happen = happenings(parts);
  for (const [trouble, everyMs] of Object.entries(weather.everyMs) as [Trouble, number][]) {
    if (OF_A_SERVER.has(trouble) && server === undefined) continue;
    const wait = () =>
      time.after(
        -Math.log(1 - random()) * everyMs,
        () => {
          if (!isFoul()) return;
          if (!COUNTED_ELSEWHERE.has(trouble)) count(trouble);
          happen[trouble]();
          wait();
        },
        world,
      );
    wait();
  }
}

/** Ends what lasts. */
export async function endTroubles({ pacs, shared, server, office }: TroublesParts): Promise<void> {
  Object.assign(pacs, { hasFaults: false, trouble: undefined, isFull: false });
  shared.disk.isFull = false;
  if (server) Object.assign(server, { hasCuts: false, isAway: false, isFull: false, isSlow: false });
  await office.goOn();
}

function happenings(parts: TroublesParts): Record<Trouble, () => unknown> {
  const { time, random, world, pacs, shared, server, service, office, setClock } = parts;
  const forAWhile = (
    trouble: keyof typeof LONGEST_MS,
    set: (isSo: boolean) => void,
    share: number = random(),
  ) => {
    set(true);
    time.after(share * LONGEST_MS[trouble], () => set(false), world);
  };
  const archive = (trouble: ArchiveTrouble) =>
    forAWhile(trouble, (isSo) => {
      if (isSo || pacs.trouble === trouble) pacs.trouble = isSo ? trouble : undefined;
    });
  return {
    kill: () => service.kill(service.anyPlace()),
    freeze: () => service.freeze(service.anyPlace()),
    stop: () => void service.stop(service.anyPlace()),
    away: () => archive('away'),
    'images away': () => archive('images away'),
    refusing: () => archive('refusing'),
    'archive full': () =>
      forAWhile('archive full', (isSo) => {
        pacs.isFull = isSo;
      }),
    'disk full': () =>
      forAWhile('disk full', (isSo) => {
        shared.disk.isFull = isSo;
      }),
    // Seconds as often as hours.
    'ledger away': () =>
      forAWhile('ledger away', (isSo) => void Object.assign(server!, { isAway: isSo }), random() ** 4),
    'ledger full': () => forAWhile('ledger full', (isSo) => void Object.assign(server!, { isFull: isSo })),
    'ledger slow': () => forAWhile('ledger slow', (isSo) => void Object.assign(server!, { isSlow: isSo })),
    pause: () => forAWhile('pause', (isSo) => void (isSo ? office.pause('somebody') : office.goOn())),
    'clock step': () => setClock?.(),
  };
}
