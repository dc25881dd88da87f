import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  type Channel,
  Notifier,
  type NotifierParts,
  NotifyError,
  type Situation,
} from '../../src/notify/index.js';
import type { Message } from '../../src/notify/message.js';
import { scratchFolder } from '../scratch.js';
import { DAY, HOUR, MINUTE, MONDAY, usualAlarms, wellAt } from './situations.js';

const SILENT = { info: () => {}, warn: () => {}, error: () => {} };
const TIMING = { remindMs: DAY, settleMs: 10 * MINUTE, groupMs: MINUTE };

/** A channel that the test makes fail; what arrived on it is kept. */
class Wire implements Channel {
  name = 'webhook' as const;
  arrived: Message[] = [];
  tries = 0;
  failing: NotifyError | 'stalls' | undefined;
  partly: NotifyError | undefined;

  async send(message: Message): Promise<NotifyError | undefined> {
    this.tries++;
    if (this.failing === 'stalls') return new Promise(() => {});
    if (this.failing !== undefined) throw this.failing;
    this.arrived.push(message);
    return this.partly;
  }
  async check(): Promise<void> {}
  async close(): Promise<void> {}

  get words(): string[] {
    return this.arrived.flatMap(({ news }) => news.map(({ what, kind }) => `${what} ${kind}`));
  }
}

/** A notifier by virtual time. */
class Story {
  now = MONDAY;
  wire = new Wire();
  stateFile: string;
  tried: string[] = [];
  logged: string[] = [];
  situation: (now: Date) => Partial<Situation> = () => ({});
  #notifier: Notifier | undefined;

  constructor(stateFile = join(scratchFolder('notifier'), 'notify.json')) {
    this.stateFile = stateFile;
  }

  async start(other: Partial<NotifierParts> = {}): Promise<void> {
    const note = (fields: object, message: string) =>
      void this.logged.push(`${message} ${JSON.stringify(fields)}`);
    this.#notifier = await Notifier.open({
      source: async (now) => wellAt(now, this.situation(now)),
      channels: [this.wire],
      alarms: usualAlarms(),
      timing: TIMING,
      origin: { from: 'test', version: '1' },
      stateFile: this.stateFile,
      log: { ...SILENT, warn: note, error: note },
      onTry: (_, result) => void this.tried.push(result),
      clock: () => this.now,
      random: () => 0.5,
      ...other,
    });
  }

  get notifier(): Notifier {
    return this.#notifier!;
  }

  async pass(ms: number, step = 15_000): Promise<void> {
    for (const end = this.now.getTime() + ms; this.now.getTime() < end; ) {
      this.now = new Date(this.now.getTime() + step);
      await this.notifier.look();
      await new Promise(setImmediate);
    }
  }

  async restart(): Promise<void> {
    await this.notifier.stop();
    await this.start();
  }
}

const down = (since: Date) => ({ pacs: { kind: 'down' as const, since, reason: 'Connection refused.' } });

describe('the notifier', () => {
  it('tells of an outage in one message, and in one that it is over', async () => {
    const story = new Story();
    await story.start();
    await story.pass(HOUR);
    const since = story.now;
    // Exams fail while it lasts, one after the other.
    story.situation = (now) => ({
      ...down(since),
      failures: {
        ended: 40,
        bad: Math.min(40, (now.getTime() - since.getTime()) / MINUTE),
        mostly: 'No answer.',
      },
    });
    await story.pass(3 * HOUR);
    expect(story.wire.words).to.deep.equal(['raised pacsDown']);
    expect(story.notifier.alarms).to.deep.equal([{ kind: 'pacsDown', subject: '', since: since.getTime() }]);
    story.situation = () => ({});
    await story.pass(HOUR);
    expect(story.wire.words).to.deep.equal(['raised pacsDown', 'over pacsDown']);
    expect(story.notifier.alarms).to.deep.equal([]);
    await story.notifier.stop();
  });

  it('does not begin again after a restart, and goes on where it stood', async () => {
    const story = new Story();
    await story.start();
    const since = story.now;
    story.situation = () => down(since);
    for (let round = 0; round < 10; round++) {
      await story.pass(2 * HOUR, MINUTE);
      // After a start nothing is known at first.
      story.situation = () => ({ pacs: undefined, ledger: undefined });
      await story.restart();
      await story.pass(10 * MINUTE, MINUTE);
      story.situation = () => down(new Date(story.now));
    }
    expect(story.wire.words).to.deep.equal(['raised pacsDown']);
    await story.pass(6 * HOUR, MINUTE);
    expect(story.wire.words).to.deep.equal(['raised pacsDown', 'lasting pacsDown']);
    expect(story.wire.arrived[1]!.news[0]!.since).to.equal(since.getTime());
    story.situation = () => ({});
    await story.pass(5 * MINUTE);
    await story.restart();
    await story.pass(10 * MINUTE);
    expect(story.wire.words.at(-1)).to.equal('over pacsDown');
    expect(statSync(story.stateFile).mode & 0o777).to.equal(0o600);
    await story.notifier.stop();
  });

  it('tries again with growing pauses until a message has arrived, in order', async () => {
    const story = new Story();
    await story.start();
    story.wire.failing = new NotifyError('notify-refused', 'It does not take it (500).');
    const since = story.now;
    story.situation = () => down(since);
    await story.pass(HOUR);
    story.situation = () => ({});
    await story.pass(HOUR);
    expect(story.wire.tries).to.be.within(5, 9);
    expect(story.notifier.unsent).to.equal(2);
    expect(story.logged.filter((line) => line.includes('notify-refused'))).to.have.length(story.wire.tries);
    story.wire.failing = undefined;
    await story.restart();
    await story.pass(HOUR + 15 * MINUTE);
    expect(story.wire.words).to.deep.equal(['raised pacsDown', 'over pacsDown']);
    expect(story.notifier.unsent).to.equal(0);
    expect(story.tried.filter((result) => result === 'sent')).to.have.length(2);
    await story.notifier.stop();
  });

  it('logs that a message did not reach everybody, and does not send it to the others again', async () => {
    const story = new Story();
    await story.start();
    story.wire.partly = new NotifyError('notify-refused-in-part', 'Not for 1 of the 2.');
    story.situation = () => ({ ledger: { since: MONDAY, reason: 'Gone.' } });
    await story.pass(HOUR);
    expect(story.tried).to.deep.equal(['sent-in-part']);
    expect(story.notifier.unsent).to.equal(0);
    expect(story.logged).to.have.length(1);
    expect(story.logged[0]).to.match(/Some were not notified.*notify-refused-in-part/);
    await story.notifier.stop();
  });

  it('asks a receiver that refuses us rarely, so that no account is locked', async () => {
    const story = new Story();
    await story.start();
    story.wire.failing = new NotifyError('notify-credentials', 'It refuses us (401).');
    story.situation = () => ({ ledger: { since: MONDAY, reason: 'Gone.' } });
    await story.pass(HOUR);
    expect(story.wire.tries).to.be.within(2, 3);
    await story.notifier.stop();
  });

  it('keeps no more messages than people can read', async () => {
    const story = new Story();
    await story.start({ timing: { remindMs: HOUR, settleMs: MINUTE, groupMs: 0 } });
    story.wire.failing = new NotifyError('notify-unreachable', 'Nobody there.');
    story.situation = () => ({ ledger: { since: MONDAY, reason: 'Gone.' } });
    await story.pass(4 * DAY, 5 * MINUTE);
    expect(story.notifier.unsent).to.be.within(1, 20);
    expect(story.tried).to.include('dropped');
    await story.notifier.stop();
  });

  it('goes on when a channel stalls, and when it cannot be told how the service is', async () => {
    const story = new Story();
    await story.start();
    story.wire.failing = 'stalls';
    story.situation = () => ({ ledger: { since: MONDAY, reason: 'Gone.' } });
    await story.pass(20 * MINUTE);
    story.situation = () => {
      throw new TypeError('1.2.3^PATIENT');
    };
    await story.pass(5 * MINUTE);
    expect(story.notifier.alarms).to.have.length(1);
    expect(story.logged.join()).to.include('TypeError').and.not.include('PATIENT');
  });

  it('is none the worse for a state file that is damaged or cannot be written', async () => {
    const folder = scratchFolder('notifier');
    for (const [name, text] of [
      ['a', '{'],
      ['b', '{"format":9}'],
      ['c', ''],
    ] as const) {
      const file = join(folder, name);
      writeFileSync(file, text);
      const story = new Story(file);
      await story.start();
      expect(story.logged).to.have.length(1);
      story.situation = () => ({ ledger: { since: MONDAY, reason: 'Gone.' } });
      await story.pass(20 * MINUTE);
      expect(story.wire.words).to.deep.equal(['raised ledger']);
      await story.notifier.stop();
      expect(JSON.parse(readFileSync(file, 'utf8'))).to.have.property('format', 1);
    }
    mkdirSync(join(folder, 'taken'));
    const story = new Story(join(folder, 'taken'));
    await story.start();
    story.situation = () => ({ ledger: { since: MONDAY, reason: 'Gone.' } });
    await story.pass(HOUR);
    expect(story.wire.words).to.deep.equal(['raised ledger']);
    await story.notifier.stop();
    // Once for the folder that is no file, once for the write.
    expect(story.logged).to.have.length(2);
  });
});
