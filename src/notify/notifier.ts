import { type AlarmBook, emptyBook, standing, type Timing, turnPage } from './alarmBook.js';
import { ALARM_KINDS, type AlarmKind } from './alarmKind.js';
import { type AlarmSettings, RULES, type Verdict } from './alarmRules.js';
import type { Channel } from './channels/index.js';
import { messageOf } from './message.js';
import { readNotices, writeNotices } from './noticeFile.js';
import { type DeliveryResult, Outbox } from './outbox.js';
import type { Situation } from './situation.js';

export type { DeliveryResult } from './outbox.js';

/** pino's shape. Fields hold neither patient data nor secrets. */
interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface NotifierParts {
  /** How the service is. May fail: then nothing is concluded. */
  source: (now: Date) => Promise<Situation>;
  channels: readonly Channel[];
  alarms: AlarmSettings;
  timing: Timing;
  /** What it is called in messages, and its version. */
  origin: { from: string; version: string };
  /** Where it is kept what was told. */
  stateFile: string;
  log: Log;
  /** Told of each try to send. */
  onTry?: (channel: Channel['name'], result: DeliveryResult) => void;
  /** Another one than the machine's is for tests. */
  clock?: () => Date;
  random?: () => number;
}

const LOOK_MS = 15_000;
/** A service that ends does not wait for a mail server for longer; what did not arrive is sent after the next start. */
const PATIENCE_MS = 5000;

/** Looks at the service again and again, and tells people. */
export class Notifier {
  readonly #parts: NotifierParts;
  readonly #clock: () => Date;
  #book: AlarmBook;
  readonly #outbox: Outbox;
  #situation: Situation | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isUnwritable = false;

  private constructor(parts: NotifierParts, kept: Awaited<ReturnType<typeof readNotices>>) {
    this.#parts = parts;
    this.#clock = parts.clock ?? (() => new Date());
    const notices = typeof kept === 'object' ? kept : { book: emptyBook(), parcels: [] };
    this.#book = notices.book;
    this.#outbox = new Outbox(
      {
        channels: parts.channels,
        clock: () => this.#clock().getTime(),
        random: parts.random ?? Math.random,
        onTry: (channel, result, error) => this.#tried(channel, result, error),
        onChange: () => this.#save(),
      },
      notices.parcels,
    );
  }

  /** With what is remembered of an earlier run. */
  static async open(parts: NotifierParts): Promise<Notifier> {
    const kept = await readNotices(parts.stateFile);
    if (kept === 'unreadable')
      parts.log.warn(
        { file: parts.stateFile },
        'What was told already cannot be read: alarms that stand are told once more',
      );
    return new Notifier(parts, kept);
  }

  /** Alarms that stand, the time since when in milliseconds since 1970. */
  get alarms(): { kind: AlarmKind; subject: string; since: number }[] {
    return standing(this.#book);
  }

  /** How the service was at the last look. */
  get situation(): Situation | undefined {
    return this.#situation;
  }

  /** Messages that have not arrived yet. */
  get unsent(): number {
    return this.#outbox.parcels.length;
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), LOOK_MS);
    this.#timer.unref();
    void this.look();
  }

  /** One round; a round under way is not joined by another. Never fails. */
  async look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** Ends the rounds and waits a little for what is being sent. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS);
    });
    const over = (async () => {
      await this.#looking;
      await this.#outbox.settled();
    })();
    await Promise.race([over, tooLong]);
    clearTimeout(timer);
    await this.#writing;
    await Promise.all(this.#parts.channels.map((channel) => channel.close()));
  }

  async #look(): Promise<void> {
    const { source, timing, origin, log } = this.#parts;
    try {
      const now = this.#clock();
      const situation = await source(now);
      this.#situation = situation;
      const { book, news } = turnPage(this.#book, this.#judged(situation), now.getTime(), timing);
      const changed = JSON.stringify(book) !== JSON.stringify(this.#book);
      this.#book = book;
      for (const { what, kind, subject } of news) log.info({ what, alarm: kind, subject }, 'People are told');
      if (news.length > 0) this.#outbox.add(messageOf(news, origin, now.getTime()));
      else if (changed) this.#save();
    } catch (error) {
      // Foreign errors may quote anything.
      const kind = error instanceof Error ? error.name : typeof error;
      log.warn({ code: 'notify-look-failed', kind }, 'It cannot be told whether anybody has to be notified');
    }
    this.#outbox.work();
  }

  #judged(situation: Situation): Record<AlarmKind, Verdict> {
    const raised = new Set(this.alarms.map(({ kind, subject }) => `${kind} ${subject}`));
    const verdicts = ALARM_KINDS.map((kind) => [
      kind,
      RULES[kind](situation, this.#parts.alarms, (subject) => raised.has(`${kind} ${subject}`)),
    ]);
    return Object.fromEntries(verdicts) as Record<AlarmKind, Verdict>;
  }

  #tried(channel: Channel['name'], result: DeliveryResult, error?: { code: string; message: string }): void {
    const { log, onTry } = this.#parts;
    onTry?.(channel, result);
    const why = { channel, code: error?.code, reason: error?.message };
    if (result === 'failed') log.error(why, 'Nobody was notified: it is tried again');
    if (result === 'sent-in-part') log.error(why, 'Some were not notified, and are not told again');
    if (result === 'dropped')
      log.error({ channel }, 'A notification is given up: it is too old, or there are too many');
  }

  /** One write after the other; what cannot be written is said once. */
  #save(): void {
    this.#writing = this.#writing.then(async () => {
      const { stateFile, log } = this.#parts;
      try {
        await writeNotices(stateFile, { book: this.#book, parcels: this.#outbox.parcels });
        this.#isUnwritable = false;
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
        if (!this.#isUnwritable)
          log.warn(
            { file: stateFile, code },
            'It cannot be kept what was told: after a restart alarms that stand are told once more',
          );
        this.#isUnwritable = true;
      }
    });
  }
}
