import pino, { type DestinationStream, type Logger } from 'pino';
import { type Settings, secretValues } from '../config/index.js';
import { timeText } from '../timeText.js';

export interface LogTarget {
  write(text: string): void;
  isTTY?: boolean | undefined;
}

/**
 * The service's log: a line for each event on stderr (stdout belongs to `--json`), as text on a terminal and as JSON
 * for everything that collects logs. A secret from the settings is blacked out wherever it turns up.
 */
export function openLog(
  settings: Pick<Settings, 'log' | 'pacs' | 'admin'>,
  target: LogTarget = process.stderr,
): Logger {
  const { level, format } = settings.log;
  const asText = format === 'text' || (format === 'auto' && target.isTTY === true);
  const blackOut = blackener(settings as Settings);
  const destination: DestinationStream = {
    write: (line) => target.write(blackOut(asText ? textLine(line) : line)),
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

/** Shorter ones would black out half of every line; they are not secrets worth the name. */
const SHORTEST_SECRET = 4;

/** Blacks out every secret of the settings, wherever it turns up in a text. */
export function blackener(settings: Settings): (line: string) => string {
  const secrets = secretValues(settings);
  // As they stand, and as JSON and Basic authentication write them.
  const forms = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
  const distinct = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return (line) => distinct.reduce((text, form) => text.replaceAll(form, '***'), line);
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
  return `${story}\n${stack === undefined ? '' : `${stack}\n`}`;
}

/** A message must not be able to look like further lines of the log. */
function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' / ');
}
