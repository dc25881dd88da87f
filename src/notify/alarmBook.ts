import { ALARM_KINDS, type AlarmKind } from './alarmKind.js';
import type { Finding, Verdict } from './alarmRules.js';

/** What is news about an alarm: it began, it lasts, it is over. Times are milliseconds since 1970. */
export interface News {
  what: 'raised' | 'lasting' | 'over';
  kind: AlarmKind;
  /** Which of several; empty where there is one only. */
  subject: string;
  since: number;
  /** When it ended, of one that is over. */
  until?: number;
  says: string;
  remedy: string;
  /** How often it went away for a short time and came back. */
  returns: number;
}

/** One thing that is wrong, perhaps not for long enough to be told yet. */
interface Entry {
  kind: AlarmKind;
  subject: string;
  since: number;
  says: string;
  remedy: string;
  /** When it was told first. */
  raisedAt?: number;
  /** When it was told last. */
  toldAt?: number;
  /** Since when it is not there any more, as far as one can tell. */
  goneSince?: number;
  returns: number;
}

/** Everything that has to be remembered from one look to the next, and across restarts. Plain JSON. */
export interface AlarmBook {
  entries: Entry[];
  /** When an alarm was raised lately, by kind and subject: what comes and goes is held back. */
  raised: Record<string, number[]>;
  /** Not told yet, and since when it waits for others. */
  waiting: { since: number; urgent: boolean; news: News[] } | undefined;
}

export interface Timing {
  remindMs: number;
  /** What is gone for so long is over. Twice as long for what was raised twice within a day, and so on. */
  settleMs: number;
  /** News waits for so long for other news. */
  groupMs: number;
}

export const emptyBook = (): AlarmBook => ({ entries: [], raised: {}, waiting: undefined });

const DAY_MS = 86_400_000;
const LONGEST_SETTLE_MS = 4 * 3_600_000;
/** What has not been told yet, and is gone for so long, never was. */
const UNTOLD_SETTLE_MS = 120_000;

/**
 * The next page of the book: what was found now against what was known.
 *
 * @param verdicts by kind; a kind whose verdict is `unknown` stays as it is
 * @param now milliseconds since 1970. A clock that was set back delays what is told and repeats nothing
 * @returns `news` is what is to be told now, in one message; empty where there is nothing
 */
export function turnPage(
  book: AlarmBook,
  verdicts: Readonly<Record<AlarmKind, Verdict>>,
  now: number,
  timing: Timing,
): { book: AlarmBook; news: News[] } {
  const raised = recent(book.raised, now);
  const entries: Entry[] = [];
  const fresh: News[] = [];
  let urgent = false;
  for (const kind of ALARM_KINDS) {
    const known = book.entries.filter((entry) => entry.kind === kind);
    const verdict = verdicts[kind];
    if (verdict === 'unknown') {
      entries.push(...known);
      continue;
    }
    for (const finding of verdict) {
      const entry = met(
        known.find(({ subject }) => subject === finding.subject),
        finding,
        kind,
        now,
      );
      const what = dueNews(entry, finding, now, timing);
      if (what === 'raised') {
        entry.raisedAt = now;
        raised[keyOf(entry)] = [...(raised[keyOf(entry)] ?? []), now];
        urgent ||= finding.urgent === true;
      }
      if (what !== undefined) {
        entry.toldAt = now;
        fresh.push(newsOf(entry, what));
      }
      entries.push(entry);
    }
    for (const entry of known) {
      if (verdict.some(({ subject }) => subject === entry.subject)) continue;
      const gone = { ...entry, goneSince: entry.goneSince ?? now };
      const times = raised[keyOf(entry)]?.length ?? 1;
      if (now - gone.goneSince < settleMs(entry, times, timing)) entries.push(gone);
      else if (entry.raisedAt !== undefined) fresh.push({ ...newsOf(entry, 'over'), until: gone.goneSince });
    }
  }
  return gathered({ entries, raised, waiting: book.waiting }, { fresh, urgent }, now, timing);
}

/** Kinds and subjects of the alarms that stand. */
export function standing(book: AlarmBook): { kind: AlarmKind; subject: string; since: number }[] {
  return book.entries
    .filter(({ raisedAt }) => raisedAt !== undefined)
    .map(({ kind, subject, since }) => ({ kind, subject, since }));
}

function met(known: Entry | undefined, finding: Finding, kind: AlarmKind, now: number): Entry {
  const { subject, says, remedy } = finding;
  const found = finding.since?.getTime() ?? now;
  if (known === undefined) return { kind, subject, since: Math.min(found, now), says, remedy, returns: 0 };
  const { goneSince, ...entry } = known;
  const since = Math.min(known.since, found);
  const returns = known.returns + (goneSince === undefined ? 0 : 1);
  return { ...entry, since, says, remedy, returns };
}

function dueNews(
  { since, raisedAt, toldAt }: Entry,
  { afterMs, remindHours }: Finding,
  now: number,
  { remindMs }: Timing,
): 'raised' | 'lasting' | undefined {
  if (raisedAt === undefined) return now - since >= afterMs ? 'raised' : undefined;
  const pause = remindHours === undefined ? remindMs : remindHours * 3_600_000;
  return now - (toldAt ?? raisedAt) >= pause ? 'lasting' : undefined;
}

function settleMs({ raisedAt }: Entry, times: number, timing: Timing): number {
  if (raisedAt === undefined) return Math.min(UNTOLD_SETTLE_MS, timing.settleMs);
  const doubled = timing.settleMs * 2 ** Math.min(times - 1, 20);
  return Math.min(doubled, Math.max(LONGEST_SETTLE_MS, timing.settleMs));
}

/** News is held for a moment, as one trouble seldom comes alone. */
function gathered(
  book: AlarmBook,
  { fresh, urgent }: { fresh: News[]; urgent: boolean },
  now: number,
  { groupMs }: Timing,
): { book: AlarmBook; news: News[] } {
  if (fresh.length === 0 && book.waiting === undefined) return { book, news: [] };
  const waiting = {
    // A clock that was set back must not hold it for longer.
    since: Math.min(book.waiting?.since ?? now, now),
    urgent: urgent || book.waiting?.urgent === true,
    news: [...(book.waiting?.news ?? []), ...fresh],
  };
  if (waiting.urgent || now - waiting.since >= groupMs)
    return { book: { ...book, waiting: undefined }, news: waiting.news };
  return { book: { ...book, waiting }, news: [] };
}

function recent(raised: AlarmBook['raised'], now: number): AlarmBook['raised'] {
  const kept = Object.entries(raised).map(
    ([key, times]) => [key, times.filter((at) => now - at < DAY_MS)] as const,
  );
  return Object.fromEntries(
    kept.filter(([, times]) => times.length > 0).map(([key, times]) => [key, [...times]]),
  );
}

function newsOf({ kind, subject, since, says, remedy, returns }: Entry, what: News['what']): News {
  return { what, kind, subject, since, says, remedy, returns };
}

function keyOf({ kind, subject }: Pick<Entry, 'kind' | 'subject'>): string {
  return `${kind} ${subject}`;
}
