import pino, { type DestinationStream, type Logger } from 'pino';
import type { Settings } from '../config/index.js';
import { timeText } from '../timeText.js';
import { blackener } from './blackener.js';

export interface LogTarget {
  write(text: string): void;
  isTTY?: boolean | undefined;
}

/**
 * The service's log: a line for each event on stderr (stdout belongs to `--json`), as text on a terminal and as JSON
 * for everything that collects logs. Secrets from the settings are blacked out (`blackener.ts`).
 */
export function openLog(settings: Settings, target: LogTarget = process.stderr): Logger {
  const { level, format } = settings.log;
  const asText = format === 'text' || (format === 'auto' && target.isTTY === true);
  const blackOut = blackener(settings);
  const destination: DestinationStream = {
    write: (line) => target.write(visible(blackOut(asText ? textLine(line) : line))),
  };
  return pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: ['password', 'token', 'clientSecret', 'passphrase', 'authorization'].flatMap((key) => [
          key,
          `*.${key}`,
        ]),
        censor: '***',
      },
    },
    destination,
  );
}

/** `2026-03-01 10:00:00 info  Exam closed  study=2.25.1 end=delivered`, in local time as `mamori status` has it. */
function textLine(line: string): string {
  const { time, level, msg, err, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const moment = timeText(new Date(String(time)));
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) =>
        `${key}=${typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)}`,
    );
  const stack = (err as { stack?: string } | undefined)?.stack;
  const head = `${moment} ${String(level).padEnd(5)} ${msg === undefined ? '' : oneLine(String(msg))}`;
  const story = [head, pairs.join(' ')].filter((part) => part !== '').join('  ');
  return `${story}\n${stack === undefined ? '' : `${stackText(stack)}\n`}`;
}

/** Lines of the error's own message stand in, so that they cannot look like lines of the log. */
function stackText(stack: string): string {
  return linesOf(stack)
    .map((line, at) => (at === 0 || /^\s/.test(line) ? line : `    ${line}`))
    .join('\n');
}

/**
 * What steers a terminal, or shows text in another order than it stands there, as JSON writes it: the PACS and the
 * OpenID provider may send anything. Line ends are the lines' own by now.
 */
function visible(lines: string): string {
  return lines.replace(/[^\P{Cc}\n]|[\p{Cf}\u2028\u2029]/gu, (one) =>
    one
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** A message must not be able to look like further lines of the log. */
function oneLine(text: string): string {
  return linesOf(text)
    .map((line) => line.trim())
    .join(' / ');
}

function linesOf(text: string): string[] {
  return text.split(/[\r\n]/).filter((line) => line.trim() !== '');
}
