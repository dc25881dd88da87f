import { PacsError } from '../src/dicomweb/index.js';

/** What may happen to a question, and how often of a thousand while the weather is bad. */
const FAULTS = {
  unreachable: 25,
  'server error': 25,
  busy: 12,
  'not found': 20,
  'timed out': 12,
  refused: 2,
  'answer lost': 120,
  'nothing stored': 150,
  'stored in part': 120,
} as const;

/**
 * What an archive as a whole suffers from: it answers nothing; it answers searches and nothing else; it refuses the
 * account.
 */
export type ArchiveTrouble = 'away' | 'images away' | 'refusing';

export type PacsFault = keyof typeof FAULTS | ArchiveTrouble | 'no room' | 'lost image';

/** Of these, stores alone: the archive's answer and what it did are two things. */
const OF_STORES: ReadonlySet<PacsFault> = new Set([
  'answer lost',
  'nothing stored',
  'stored in part',
  'no room',
]);

/** Whether the archive does something all the same, and answers. */
export function isOfAStore(fault: PacsFault): boolean {
  return OF_STORES.has(fault);
}

/** What befalls a single question. @param drawn 0 to 1 */
export function singleFault(isStore: boolean, drawn: number): PacsFault | undefined {
  let left = drawn * 1000;
  for (const [fault, often] of Object.entries(FAULTS) as [PacsFault, number][]) {
    if (isOfAStore(fault) && !isStore) continue;
    if (left < often) return fault;
    left -= often;
  }
  return undefined;
}

export function errorOf(fault: PacsFault): PacsError {
  const text = `Modelled: ${fault}`;
  const transient = true;
  switch (fault) {
    case 'unreachable':
    case 'away':
      return new PacsError('pacs-unreachable', text, { transient });
    case 'server error':
    case 'images away':
      return new PacsError('pacs-server-error', text, { status: 500, transient });
    case 'busy':
      return new PacsError('pacs-busy', text, { status: 503, transient, retryAfterMs: 30_000 });
    case 'not found':
    case 'lost image':
      return new PacsError('pacs-not-found', text, { status: 404 });
    case 'refused':
    case 'refusing':
      return new PacsError('pacs-unauthorised', text, { status: 401 });
    default:
      return new PacsError('pacs-timed-out', text, { transient });
  }
}
