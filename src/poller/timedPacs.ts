import type { DicomWeb } from '../dicomweb/index.js';

/** Milliseconds of wall clock in which at least one such request was under way. */
export interface PacsTimes {
  fetching: number;
  storing: number;
}

const KINDS: Readonly<Record<string, keyof PacsTimes>> = { retrieveInstance: 'fetching', store: 'storing' };

/**
 * The archive, and for how long one exam waits for it: several images at once are waited for once.
 *
 * @param onAnswer told of each image that came and each object that went, well or not
 */
export function timedPacs(pacs: DicomWeb, onAnswer: () => void): { pacs: DicomWeb; times: PacsTimes } {
  const times: PacsTimes = { fetching: 0, storing: 0 };
  const underWay = { fetching: 0, storing: 0 };
  const since = { fetching: 0, storing: 0 };
  const timed = async (kind: keyof PacsTimes, ask: () => Promise<unknown>) => {
    if (underWay[kind]++ === 0) since[kind] = performance.now();
    try {
      return await ask();
    } finally {
      onAnswer();
      if (--underWay[kind] === 0) times[kind] += performance.now() - since[kind];
    }
  };
  const proxy = new Proxy(pacs, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      const kind = KINDS[String(name)];
      if (kind === undefined) return value.bind(target);
      return (...args: unknown[]) => timed(kind, () => value.apply(target, args) as Promise<unknown>);
    },
  });
  return { pacs: proxy, times };
}
