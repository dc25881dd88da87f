import { randomUUID } from 'node:crypto';
import { timeText } from '../timeText.js';
import type { News } from './alarmBook.js';
import { ALARM_KINDS, type AlarmKind } from './alarmKind.js';

/** What people are told at one moment: plain JSON, as it is kept until it has arrived. */
export interface Message {
  /** Unique; a receiver that gets it twice can tell. */
  id: string;
  /** Milliseconds since 1970. */
  at: number;
  /** Which Mamori it comes from. */
  from: string;
  version: string;
  /** Sent to try the way, and about nothing. */
  test: boolean;
  news: News[];
}

const TITLES: Record<AlarmKind, string> = {
  credentials: 'The PACS refuses our credentials',
  pacsDown: 'The PACS cannot be used',
  ledger: 'The ledger cannot be used',
  disk: 'The disk fills',
  audit: 'The audit trail is not kept',
  paused: 'Mamori is paused',
  waiting: 'Exams wait too long',
  failures: 'Many exams fail',
  partial: 'Many exams are answered only in part',
  nothingNew: 'No new exams',
  certificate: 'A certificate expires',
};

const HEADS: Record<News['what'], string> = { raised: 'ALARM', lasting: 'STILL', over: 'OVER' };
const ORDER = ['raised', 'lasting', 'over'] as const;

/** @param origin who tells it */
export function messageOf(
  news: readonly News[],
  origin: Pick<Message, 'from' | 'version'>,
  at: number,
): Message {
  const sorted = ORDER.flatMap((what) =>
    ALARM_KINDS.flatMap((kind) => news.filter((one) => one.what === what && one.kind === kind)),
  );
  return { id: randomUUID(), at, ...origin, test: false, news: sorted };
}

/** A message that says of itself that it is a test. */
export function testMessage(origin: Pick<Message, 'from' | 'version'>, at: number): Message {
  return { id: randomUUID(), at, ...origin, test: true, news: [] };
}

/** One line: the subject of a mail. */
export function titleOf({ from, test, news }: Message): string {
  return `[Mamori ${from}] ${test ? 'Test: this message means nothing' : titleOfNews(news)}`;
}

function titleOfNews(news: readonly News[]): string {
  const [first, ...others] = news;
  const head = `${headOf(first!)}: ${TITLES[first!.kind]}`;
  return others.length === 0 ? head : `${head}, and ${others.length} more`;
}

function headOf({ what }: News): string {
  return `${HEADS[what].charAt(0)}${HEADS[what].slice(1).toLowerCase()}`;
}

/** The whole message as plain text, times in the local time of this machine. */
export function textOf({ from, version, at, test, news }: Message): string {
  const told = test
    ? ['This is a test of mamori doctor. Nothing is wrong, and nothing has to be done.']
    : news.map(paragraphOf);
  const foot = `Mamori ${version} on ${from}, ${timeText(new Date(at))}. A Mamori that does not run tells nothing.`;
  return `${[...told, foot].join('\n\n')}\n`;
}

function paragraphOf({ what, kind, since, until, says, remedy, returns }: News): string {
  const often =
    returns === 0 ? '' : ` It came and went ${returns === 1 ? 'once' : `${returns} times`} meanwhile.`;
  const begun = timeText(new Date(since));
  const head = `${HEADS[what]}: ${TITLES[kind]}`;
  if (what !== 'over') return `${head}\nSince ${begun}.${often} ${says}\nWhat to do: ${remedy}`;
  return `${head}\nFrom ${begun} to ${timeText(new Date(until!))}.${often} It was: ${says}`;
}

/**
 * What a program gets. `text` is what chats show; the rest is for programs that open and close incidents, by `kind` and
 * `subject`.
 */
export function jsonOf(message: Message): string {
  const { id, at, from, version, test, news } = message;
  return JSON.stringify({
    text: `${titleOf(message)}\n\n${textOf(message)}`,
    id,
    at: new Date(at).toISOString(),
    from,
    version,
    test,
    alarms: news.map(({ since, until, ...one }) => ({
      ...one,
      title: TITLES[one.kind],
      since: new Date(since).toISOString(),
      ...(until !== undefined && { until: new Date(until).toISOString() }),
    })),
  });
}
