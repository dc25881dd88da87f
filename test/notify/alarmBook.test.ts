import { expect } from 'chai';
import fc from 'fast-check';
import { type AlarmBook, emptyBook, type News, standing, turnPage } from '../../src/notify/alarmBook.js';
import type { Finding, Verdict } from '../../src/notify/alarmRules.js';
import { ALARM_KINDS, type AlarmKind } from '../../src/notify/index.js';
import { DAY, HOUR, MINUTE } from './situations.js';

const TIMING = { remindMs: DAY, settleMs: 10 * MINUTE, groupMs: MINUTE };

const finding = (other: Partial<Finding> = {}): Finding => ({
  subject: '',
  afterMs: 0,
  says: 'It is so.',
  remedy: 'Do something.',
  ...other,
});

/** A book by virtual time: a step for each quarter of a minute. */
class Days {
  book: AlarmBook = emptyBook();
  now = Date.UTC(2026, 2, 2);
  told: { at: number; news: News[] }[] = [];

  /** Lets the time pass with these verdicts; kinds that are not named are well. */
  pass(ms: number, verdicts: Partial<Record<AlarmKind, Verdict>> = {}): void {
    const all = Object.fromEntries(ALARM_KINDS.map((kind) => [kind, verdicts[kind] ?? []]));
    for (const end = this.now + ms; this.now < end; this.now += 15_000) {
      // As if the service were started again between any two looks.
      const kept = JSON.parse(JSON.stringify(this.book)) as AlarmBook;
      const { book, news } = turnPage(kept, all as Record<AlarmKind, Verdict>, this.now, TIMING);
      this.book = book;
      if (news.length > 0) this.told.push({ at: this.now, news });
    }
  }

  get words(): string[] {
    return this.told.flatMap(({ news }) => news.map(({ what, kind }) => `${what} ${kind}`));
  }
}

describe('the book of alarms', () => {
  it('tells once, and once more when it is over', () => {
    const days = new Days();
    days.pass(HOUR);
    days.pass(2 * HOUR, { ledger: [finding()] });
    days.pass(HOUR);
    expect(days.words).to.deep.equal(['raised ledger', 'over ledger']);
    const [first, last] = days.told.map(({ news }) => news[0]!);
    expect(last!.since).to.equal(first!.since);
    expect(last!.until! - last!.since).to.equal(2 * HOUR);
  });

  it('does not tell what is over before it has lasted long enough', () => {
    const days = new Days();
    for (let round = 0; round < 10; round++) {
      days.pass(10 * MINUTE, { pacsDown: [finding({ afterMs: 15 * MINUTE })] });
      days.pass(10 * MINUTE);
    }
    expect(days.words).to.deep.equal([]);
    days.pass(16 * MINUTE, { pacsDown: [finding({ afterMs: 15 * MINUTE })] });
    expect(days.words).to.deep.equal([]);
    days.pass(MINUTE, { pacsDown: [finding({ afterMs: 15 * MINUTE })] });
    expect(days.words).to.deep.equal(['raised pacsDown']);
  });

  it('counts from when the trouble began, not from when it was seen', () => {
    const days = new Days();
    const since = new Date(days.now - HOUR);
    days.pass(2 * MINUTE, { pacsDown: [finding({ afterMs: 15 * MINUTE, since })] });
    expect(days.told[0]!.news[0]!.since).to.equal(since.getTime());
  });

  it('reminds after the time that the settings say, and after a week of what is not pressing', () => {
    const days = new Days();
    days.pass(3 * DAY + HOUR, { ledger: [finding()], certificate: [finding({ remindHours: 168 })] });
    expect(days.words).to.deep.equal([
      'raised ledger',
      'raised certificate',
      ...['lasting ledger', 'lasting ledger', 'lasting ledger'],
    ]);
  });

  it('tells in one message what begins at about the same time', () => {
    const days = new Days();
    days.pass(30_000, { ledger: [finding()] });
    days.pass(30_000, {
      ledger: [finding()],
      disk: [finding({ subject: '/a' }), finding({ subject: '/b' })],
    });
    days.pass(HOUR, { ledger: [finding()], disk: [finding({ subject: '/a' }), finding({ subject: '/b' })] });
    expect(days.told).to.have.length(1);
    expect(days.words).to.deep.equal(['raised ledger', 'raised disk', 'raised disk']);
  });

  it('does not wait with what is urgent, and takes along what waits', () => {
    const days = new Days();
    days.pass(15_000, { disk: [finding()] });
    days.pass(15_000, { disk: [finding()], credentials: [finding({ urgent: true })] });
    expect(days.words).to.deep.equal(['raised disk', 'raised credentials']);
  });

  it('tells of one that comes and goes once, and how often it did', () => {
    const days = new Days();
    for (let round = 0; round < 30; round++) {
      days.pass(5 * MINUTE, { ledger: [finding()] });
      days.pass(5 * MINUTE);
    }
    days.pass(HOUR);
    expect(days.words).to.deep.equal(['raised ledger', 'over ledger']);
    expect(days.told[1]!.news[0]!.returns).to.equal(29);
  });

  it('tells ever less of one that comes and goes at any pace', () => {
    for (const minutes of [1, 7, 11, 15, 25, 45, 90, 180]) {
      const days = new Days();
      for (let passed = 0; passed < 24 * 60; passed += 2 * minutes) {
        days.pass(minutes * MINUTE, { ledger: [finding()] });
        days.pass(minutes * MINUTE);
      }
      // Without damping it would be 96 messages at 15 minutes.
      expect(days.told.length, `every ${minutes} minutes`).to.be.lessThan(13);
    }
  });

  it('concludes nothing from what it does not know', () => {
    const days = new Days();
    days.pass(HOUR, { ledger: [finding()] });
    days.pass(5 * HOUR, { ledger: 'unknown' });
    expect(days.words).to.deep.equal(['raised ledger']);
    days.pass(HOUR, { ledger: [finding()] });
    expect(days.words).to.deep.equal(['raised ledger']);
    days.pass(HOUR);
    expect(days.words).to.deep.equal(['raised ledger', 'over ledger']);
  });

  it('repeats nothing when the clock is set back', () => {
    const days = new Days();
    days.pass(HOUR, { ledger: [finding()] });
    days.now -= 5 * HOUR;
    days.pass(2 * HOUR, { ledger: [finding()] });
    expect(days.words).to.deep.equal(['raised ledger']);
  });

  it('ends every alarm that it began, exactly once, whatever comes', () => {
    const verdict = fc.constantFrom<Verdict>(
      [],
      [finding()],
      [finding({ afterMs: 30 * MINUTE })],
      [finding({ subject: 'a' }), finding({ subject: 'b', urgent: true })],
      'unknown',
    );
    const stretch = fc.tuple(fc.constantFrom(MINUTE, 9 * MINUTE, 3 * HOUR), verdict, verdict);
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 12 }), (stretches) => {
        const days = new Days();
        for (const [ms, disk, ledger] of stretches) days.pass(ms, { disk, ledger });
        days.pass(5 * HOUR);
        expect(standing(days.book)).to.deep.equal([]);
        const open = new Set<string>();
        for (const { what, kind, subject, since, until } of days.told.flatMap(({ news }) => news)) {
          const key = `${kind} ${subject}`;
          expect(open.has(key), `${what} ${key}`).to.equal(what !== 'raised');
          if (what === 'raised') open.add(key);
          if (what === 'over') expect(open.delete(key) && until! >= since).to.equal(true);
        }
        expect([...open]).to.deep.equal([]);
      }),
      { numRuns: 60 },
    );
  });
});
