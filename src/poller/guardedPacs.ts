import { dicomDate } from '../dicom/index.js';
import { type DicomWeb, PacsError } from '../dicomweb/index.js';
import { isForbidden } from './archiveFault.js';
import type { Breaker, InstanceNames, Questions } from './breaker.js';

/**
 * Who asks. From how the look-out and the workers fare follows how the archive is. Whoever asks `besides`, for old
 * exams or for somebody who looks at one, may ask for what the archive does not do well: from that follows nothing,
 * unless it refuses the account. But nobody asks while it is left alone.
 */
export type Asking = 'for-work' | 'besides';

/**
 * The archive behind a breaker, which hears of what is asked and how it ends: nothing is asked while the archive is
 * left alone.
 */
export function guardedPacs(pacs: DicomWeb, breaker: Breaker, asking: Asking = 'for-work'): DicomWeb {
  return new Proxy(pacs, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function' || name === 'close') return value;
      return (...args: unknown[]) => {
        const ask = () => value.apply(target, args) as Promise<unknown> | AsyncIterable<unknown>;
        if (name === 'allStudies') return undatedSearch(ask as () => AsyncIterable<unknown>, breaker);
        // Only searches are answered bit by bit.
        if (name === 'studies') return watchedSearch(ask as () => AsyncIterable<unknown>, breaker, asking);
        return watched(ask as () => Promise<unknown>, breaker, !OF_AN_IMAGE.has(name)).then((answer) => {
          if (name === 'retrieveInstance' && asking === 'for-work')
            breaker.gave(args.slice(0, 3) as unknown as InstanceNames);
          return answer;
        });
      };
    },
  });
}

/** Where these fail, an exam asks the breaker, and names its other images to it. */
const OF_AN_IMAGE = new Set<string | symbol>(['retrieveInstance', 'instanceMetadata']);

/** What the breaker asks an archive. */
export function questionsFor(pacs: DicomWeb): Questions {
  return {
    search: async () => {
      const today = dicomDate(new Date());
      for await (const _ of pacs.studies({ from: today, to: today, modality: 'MG' })) break;
    },
    retrieve: async (names) => {
      await pacs.retrieveInstance(...names);
    },
    describe: async (names) => {
      await pacs.instanceMetadata(...names);
    },
  };
}

async function watched<T>(ask: () => Promise<T>, breaker: Breaker, ofAStudy: boolean): Promise<T> {
  breaker.admit();
  try {
    return await ask();
  } catch (error) {
    if (error instanceof PacsError) breaker.failed(error, 'other');
    // Of a study that is locked, or of us.
    if (ofAStudy && isForbidden(error)) await breaker.isOutage(error);
    throw error;
  }
}

/** What is asked for bit by bit, while the exams of its beginning are worked on. */
async function* admitted<T>(ask: () => AsyncIterable<T>, breaker: Breaker): AsyncGenerator<T> {
  breaker.admit();
  for await (const found of ask()) {
    yield found;
    breaker.admit();
  }
}

/**
 * Through the whole archive, without a date: some archives refuse that or are too slow for it, and do all else well. So
 * nothing follows from how it ends, unless the account is refused; the next search by dates meets an outage by itself.
 */
async function* undatedSearch<T>(ask: () => AsyncIterable<T>, breaker: Breaker): AsyncGenerator<T> {
  try {
    yield* admitted(ask, breaker);
  } catch (error) {
    if (error instanceof PacsError) breaker.failed(error, 'other');
    throw error;
  }
}

async function* watchedSearch<T>(
  ask: () => AsyncIterable<T>,
  breaker: Breaker,
  asking: Asking,
): AsyncGenerator<T> {
  try {
    yield* admitted(ask, breaker);
  } catch (error) {
    if (error instanceof PacsError) breaker.failed(error, asking === 'besides' ? 'other' : 'search');
    if (asking === 'besides' && isForbidden(error)) await breaker.isOutage(error);
    throw error;
  }
  if (asking === 'for-work') breaker.searched();
}
