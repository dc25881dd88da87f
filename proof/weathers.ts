const MINUTE_MS = 60_000;

/** What happens again and again in a seed, at times that nobody foresees. */
export type Trouble = 'kill' | 'stop' | keyof typeof LONGEST_MS;

/** How long each lasts at the most; by how much the clock is set. */
export const LONGEST_MS = {
  freeze: 40 * MINUTE_MS,
  away: 60 * MINUTE_MS,
  'images away': 60 * MINUTE_MS,
  refusing: 60 * MINUTE_MS,
  'archive full': 40 * MINUTE_MS,
  'disk full': 40 * MINUTE_MS,
  'ledger away': 120 * MINUTE_MS,
  'ledger full': 40 * MINUTE_MS,
  'ledger slow': 20 * MINUTE_MS,
  pause: 40 * MINUTE_MS,
  'clock step': 120 * MINUTE_MS,
} as const;

/** What goes wrong in a seed, and how much of it an exam must bear. */
export interface Weather {
  name: 'kills' | 'faults' | 'outages';
  /** That an exam has. A kill counts as one, and so does a question about it that fails alone. */
  tries: number;
  /** From one cycle of a process to the next, on the average. */
  beatMs: number;
  /** Single questions go wrong while the archive answers others. */
  hasFaults: boolean;
  /** Processes are killed and frozen between any two steps. */
  isMortal: boolean;
  /** From one to the next, on the average; what is left out never happens. A ledger's troubles are a server's. */
  everyMs: Partial<Record<Trouble, number>>;
}

const LEDGER_EVERY_MS = {
  'ledger away': 80 * MINUTE_MS,
  'ledger full': 200 * MINUTE_MS,
  'ledger slow': 120 * MINUTE_MS,
} as const;

/**
 * What an outage must not do shows only where nothing else may use up an exam's tries: single faults need many tries,
 * of which an outage that counted would take too few to be seen.
 */
const OUTAGES: Weather = {
  name: 'outages',
  tries: 3,
  beatMs: 3 * MINUTE_MS,
  hasFaults: false,
  isMortal: false,
  everyMs: {
    stop: 60 * MINUTE_MS,
    away: 100 * MINUTE_MS,
    'images away': 60 * MINUTE_MS,
    refusing: 120 * MINUTE_MS,
    'archive full': 100 * MINUTE_MS,
    'disk full': 100 * MINUTE_MS,
    ...LEDGER_EVERY_MS,
    pause: 80 * MINUTE_MS,
    'clock step': 60 * MINUTE_MS,
  },
};

const FAULTS: Weather = {
  name: 'faults',
  tries: 12,
  beatMs: 12 * MINUTE_MS,
  hasFaults: true,
  isMortal: false,
  everyMs: {
    away: 100 * MINUTE_MS,
    'archive full': 200 * MINUTE_MS,
    'disk full': 200 * MINUTE_MS,
    ...LEDGER_EVERY_MS,
    'clock step': 60 * MINUTE_MS,
  },
};

const KILLS: Weather = {
  ...FAULTS,
  name: 'kills',
  tries: 1000,
  isMortal: true,
  everyMs: { ...FAULTS.everyMs, kill: 15 * MINUTE_MS, freeze: 25 * MINUTE_MS },
};

/** Seeds take turns at them. Kills need the most seeds to do harm. */
const WEATHERS: readonly Weather[] = [OUTAGES, KILLS, FAULTS, KILLS];

export function weatherOf(seed: number): Weather {
  return WEATHERS[seed % WEATHERS.length]!;
}

/** An outage of the ledger may cost each exam that is under way a try: nobody can tell it from the process's end. */
const TRIES_FOR_A_SERVER = 5;

export function withLedgerOnAServer(weather: Weather): Weather {
  return { ...weather, tries: weather.tries + TRIES_FOR_A_SERVER };
}
