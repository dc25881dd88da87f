import { UIDS_IN_TEXT } from '../dicom/index.js';

/** Which lines are taken. */
export interface LogSelection {
  /** The exam's study and all that was made of it: a line that names one of them is about it. */
  uids: ReadonlySet<string>;
  /** Lines of this time that name no exam at all tell what went on around it. */
  from: Date;
  to: Date;
}

/** A service that restarts each second fills a log; nobody reads more. */
const MOST_LINES = 20_000;

const LEVELS = new Set(['info', 'warn', 'error', 'fatal']);
const TEXT_LINE = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (info|warn|error|fatal)\s+(\S.*?)(?: {2}(\w+=.*))?$/;
const TEXT_FIELD = /(?<!\w)(\w+)=("(?:[^"\\]|\\.)*"|\S+)/g;

/** Fields of which it is known what may stand in them: sentences without patient data, states, times, numbers. */
const FIELDS = new Set(
  (
    'level time msg code reason remedy study end objects ms attempt attempts counts retryAt since until seconds ' +
    'exams version model engine device signal instances alarm kind channel refusals lost day setting'
  ).split(' '),
);

/**
 * The lines of a service's log, JSON or text, that are about an exam or about none in its time. Lines of other exams
 * stay behind, and so do debug lines, errors in full, which may quote what a foreign program choked on, and fields of
 * which it is not known what they hold.
 */
export async function linesAbout(lines: AsyncIterable<string>, selection: LogSelection): Promise<string[]> {
  const found: string[] = [];
  for await (const line of lines) {
    const read = jsonLine(line) ?? textLine(line);
    if (read === undefined || !isWanted(read, selection)) continue;
    found.push(read.text);
    if (found.length > MOST_LINES) found.shift();
  }
  return found;
}

interface ReadLine {
  at: Date;
  text: string;
}

/** Whatever a journal puts before it is left out. */
function jsonLine(line: string): ReadLine | undefined {
  const start = line.indexOf('{"level":');
  if (start === -1) return undefined;
  try {
    const fields = JSON.parse(line.slice(start)) as Record<string, unknown>;
    if (!LEVELS.has(String(fields.level))) return undefined;
    const kept = Object.entries(fields).filter(
      ([key, value]) => FIELDS.has(key) && (typeof value !== 'object' || Array.isArray(value)),
    );
    return { at: new Date(String(fields.time)), text: JSON.stringify(Object.fromEntries(kept)) };
  } catch {
    return undefined;
  }
}

/** The stack of an error follows on lines of its own, which are none of these. */
function textLine(line: string): ReadLine | undefined {
  const [, time, level, message, fields = ''] = TEXT_LINE.exec(line) ?? [];
  if (time === undefined) return undefined;
  const kept = [...fields.matchAll(TEXT_FIELD)].filter(([, key]) => FIELDS.has(key!)).map(([pair]) => pair);
  return { at: new Date(time.replace(' ', 'T')), text: [time, level, message, ...kept].join(' ') };
}

function isWanted({ at, text }: ReadLine, { uids, from, to }: LogSelection): boolean {
  const named = text.match(UIDS_IN_TEXT)?.filter((uid) => !uid.startsWith('1.2.840.10008.')) ?? [];
  if (named.length > 0) return named.some((uid) => uids.has(uid));
  return at >= from && at <= to;
}
