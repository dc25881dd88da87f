import { type Html, html } from '../../html.js';
import { timeText } from '../../timeText.js';
import type { StatusSnapshot } from '../serviceState.js';

/** What people read for a state, in the order of an exam's way. */
export const STATE_NAMES: Record<string, string> = {
  waiting: 'waiting',
  claimed: 'in work',
  delivering: 'being delivered',
  failed: 'to be retried',
  delivered: 'delivered',
  partial: 'partial',
  'not-processed': 'not processed',
};

/** The look of a state; its name stands there too, so colour alone carries nothing. */
const LOOK: Record<string, string> = {
  delivered: 'good',
  partial: 'wait',
  'not-processed': 'bad',
  failed: 'wait',
  claimed: 'busy',
  delivering: 'busy',
};

/** Steps of the ledger. */
const EVENTS: Record<string, string> = {
  seen: 'First seen in the PACS',
  changed: 'Other images than before',
  claimed: 'Taken up',
  'objects-kept': 'Analysed; results made and kept',
  sent: 'Results sent to the PACS',
  confirmed: 'Results read back from the PACS',
  delivered: 'Closed: delivered whole',
  partial: 'Closed: delivered without a view',
  'not-processed': 'Closed: a report says that it was not processed',
  withdrawn: 'Closed as before: nothing new to say',
  failed: 'Failed; tried again later',
  'results-lost': 'Kept results were lost; made once more',
  'given-up': 'Given up',
  released: 'Handed back: the service was stopped',
  retried: 'Another try was ordered',
  reopened: 'Taken up once more',
  adopted: 'Taken over by this version',
  superseded: 'Left to another version',
};

const KINDS: Record<string, string> = {
  tid1500: 'Report (TID 1500)',
  'mammography-cad': 'Mammography CAD report (TID 4000)',
  'secondary-capture': 'Heat map picture',
  'presentation-state': 'Marks on the image',
  overview: 'Overview picture',
};

const VIEWS: Record<string, string> = { RCC: 'R CC', LCC: 'L CC', RMLO: 'R MLO', LMLO: 'L MLO' };

export const stateName = (state: string) => STATE_NAMES[state] ?? state;
export const eventName = (event: string) => EVENTS[event] ?? event;
export const kindName = (kind: string) => KINDS[kind] ?? kind;
export const viewName = (view: string | undefined) => (view === undefined ? '—' : (VIEWS[view] ?? view));

export function stateMark(state: string): Html {
  return html`<span class="state ${LOOK[state] ?? 'plain'}">${stateName(state)}</span>`;
}

/** The server's own local time, with the moment itself for machines. */
export function time(date: Date): Html {
  return html`<time datetime="${date.toISOString()}">${timeText(date)}</time>`;
}

/** The same on the same day: without the day. */
export function shortTime(date: Date, now: Date): Html {
  const [day, clock] = timeText(date).split(' ');
  const today = timeText(now).startsWith(`${day} `);
  return html`<time datetime="${date.toISOString()}">${today ? clock : `${day} ${clock}`}</time>`;
}

/** `12 s`, `3 min`, `2.5 h`, `4 days`: as exact as it matters. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${Math.max(0, Math.round(seconds * 10) / 10)} s`;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 6000) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 360) / 10} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** UIDs can be broken by a narrow screen anywhere. */
export function uidText(uid: string): Html {
  return html`<span class="uid">${uid}</span>`;
}

/** Why nothing can be ordered now: an order stands in the ledger, and before that in the audit trail. */
export function orderHindrance({
  ledger,
  audit,
}: Pick<StatusSnapshot, 'ledger' | 'audit'>): string | undefined {
  if (ledger.problem !== undefined) return 'Not while the ledger does not answer: an order is kept there.';
  if (audit?.refusesOrders)
    return 'Not while the audit trail cannot be written: an order is noted there before it is done.';
  return undefined;
}
