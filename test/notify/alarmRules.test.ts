import { expect } from 'chai';
import { type Finding, RULES } from '../../src/notify/alarmRules.js';
import { busyHours } from '../../src/notify/busyHours.js';
import { ALARM_KINDS, type AlarmKind, type AlarmSettings, type Situation } from '../../src/notify/index.js';
import { DAY, HOUR, MINUTE, MONDAY, usualAlarms, wellAt } from './situations.js';

const trouble = (minutesAgo: number) => ({
  since: new Date(MONDAY.getTime() - minutesAgo * MINUTE),
  reason: 'Connection refused.',
});
const disk = (freeMegabytes: number, totalMegabytes = 100_000) => [
  { place: '/data', freeMegabytes, totalMegabytes },
];
const until = (days: number) => [{ of: 'the PACS', until: new Date(MONDAY.getTime() + days * DAY) }];
const share = (bad: number, ended: number) => ({ ended, bad, mostly: 'No answer.' });

/** One line: a kind, what is changed in a Mamori that is well, whether it stands already, and what comes of it. */
type Line = [AlarmKind, Partial<Situation>, 'raised' | 'not raised', 'finding' | 'nothing' | 'unknown'];

const TABLE: Line[] = [
  ['credentials', { pacs: { kind: 'refuses', ...trouble(0) } }, 'not raised', 'finding'],
  ['credentials', { pacs: { kind: 'down', ...trouble(60) } }, 'not raised', 'nothing'],
  ['credentials', { pacs: undefined }, 'raised', 'unknown'],
  ['pacsDown', { pacs: { kind: 'down', ...trouble(0) } }, 'not raised', 'finding'],
  ['pacsDown', { pacs: { kind: 'refuses', ...trouble(60) } }, 'not raised', 'nothing'],
  ['pacsDown', { pacs: undefined }, 'raised', 'unknown'],
  ['ledger', { ledger: trouble(0) }, 'not raised', 'finding'],
  ['ledger', { ledger: undefined }, 'raised', 'unknown'],
  ['disk', { disks: disk(1999) }, 'not raised', 'finding'],
  ['disk', { disks: disk(5001) }, 'not raised', 'nothing'],
  ['disk', { disks: disk(4999) }, 'not raised', 'finding'],
  ['disk', { disks: disk(5001) }, 'raised', 'finding'],
  ['disk', { disks: disk(6251) }, 'raised', 'nothing'],
  ['disk', { disks: disk(1999, 4000) }, 'not raised', 'finding'],
  ['disk', { disks: [] }, 'raised', 'nothing'],
  ['disk', { disks: undefined }, 'raised', 'unknown'],
  ['audit', { audit: { reason: 'The audit trail cannot be written.' } }, 'not raised', 'finding'],
  ['audit', { audit: undefined }, 'raised', 'unknown'],
  ['paused', { paused: { since: MONDAY } }, 'not raised', 'finding'],
  ['paused', { paused: undefined }, 'raised', 'unknown'],
  ['waiting', { oldestReady: trouble(121).since }, 'not raised', 'finding'],
  ['waiting', { oldestReady: trouble(119).since }, 'not raised', 'nothing'],
  ['waiting', { oldestReady: trouble(119).since }, 'raised', 'finding'],
  ['waiting', { oldestReady: trouble(90).since }, 'raised', 'nothing'],
  ['waiting', { oldestReady: trouble(121).since, paused: { since: MONDAY } }, 'raised', 'unknown'],
  [
    'waiting',
    { oldestReady: trouble(121).since, pacs: { kind: 'down', ...trouble(1) } },
    'raised',
    'unknown',
  ],
  ['waiting', { oldestReady: undefined }, 'raised', 'unknown'],
  ['failures', { failures: share(3, 10) }, 'not raised', 'finding'],
  ['failures', { failures: share(29, 100) }, 'not raised', 'nothing'],
  ['failures', { failures: share(29, 100) }, 'raised', 'finding'],
  ['failures', { failures: share(23, 100) }, 'raised', 'nothing'],
  ['failures', { failures: share(4, 4) }, 'not raised', 'nothing'],
  ['failures', { failures: share(2, 4) }, 'raised', 'unknown'],
  ['failures', { failures: share(0, 4) }, 'raised', 'nothing'],
  ['failures', { failures: share(10, 10), pacs: { kind: 'down', ...trouble(1) } }, 'not raised', 'unknown'],
  ['failures', { failures: undefined }, 'raised', 'unknown'],
  ['partial', { partial: share(5, 10) }, 'not raised', 'finding'],
  ['partial', { partial: share(0, 10) }, 'raised', 'nothing'],
  ['nothingNew', { newestExam: new Date(MONDAY.getTime() - 3 * DAY) }, 'not raised', 'nothing'],
  ['nothingNew', { newestExam: new Date(MONDAY.getTime() - 4 * DAY) }, 'not raised', 'finding'],
  [
    'nothingNew',
    { newestExam: new Date(MONDAY.getTime() - 9 * DAY), pacs: { kind: 'down', ...trouble(1) } },
    'raised',
    'unknown',
  ],
  ['nothingNew', { newestExam: undefined }, 'raised', 'unknown'],
  ['certificate', { certificates: until(31) }, 'not raised', 'nothing'],
  ['certificate', { certificates: until(29) }, 'not raised', 'finding'],
  ['certificate', { certificates: until(-1) }, 'not raised', 'finding'],
  ['certificate', { certificates: undefined }, 'raised', 'unknown'],
];

describe('the rules for alarms', () => {
  const judge = (
    kind: AlarmKind,
    situation: Situation,
    raised = false,
    alarms: AlarmSettings = usualAlarms(),
  ) => RULES[kind](situation, alarms, () => raised);

  it('find nothing in a Mamori that is well', () => {
    for (const kind of ALARM_KINDS) expect(judge(kind, wellAt()), kind).to.deep.equal([]);
  });

  for (const [index, [kind, changed, stands, expected]] of TABLE.entries()) {
    it(`line ${index + 1}: ${kind}, ${stands}, ${expected}`, () => {
      const verdict = judge(kind, wellAt(MONDAY, changed), stands === 'raised');
      const is = verdict === 'unknown' ? 'unknown' : verdict.length > 0 ? 'finding' : 'nothing';
      expect(is).to.equal(expected);
    });
  }

  it('find nothing of what is switched off', () => {
    for (const [kind, changed] of TABLE) {
      const alarms = { ...usualAlarms(), [kind]: kind === 'credentials' ? false : 'off' } as AlarmSettings;
      expect(judge(kind, wellAt(MONDAY, changed), false, alarms), kind).to.deep.equal([]);
    }
  });

  const found = (kind: AlarmKind, changed: Partial<Situation>): readonly Finding[] => {
    const verdict = judge(kind, wellAt(MONDAY, changed), true);
    return verdict === 'unknown' ? [] : verdict;
  };

  it('say what happened and what to do, and since when', () => {
    for (const [kind, changed] of TABLE)
      for (const { says, remedy } of found(kind, changed)) {
        expect(says, kind).to.match(/^[A-Z0-9].*\.$/s);
        expect(remedy, kind).to.match(/^[A-Z].*[.)]$/s);
      }
    const [finding] = found('pacsDown', { pacs: { kind: 'down', ...trouble(7) } });
    expect(finding).to.deep.include({ since: trouble(7).since, afterMs: 15 * MINUTE });
    const [waits] = found('waiting', { oldestReady: trouble(150).since });
    expect(waits).to.deep.include({ since: trouble(150).since, afterMs: 0 });
  });

  it('tell of a wrong password at once, and of a certificate more often in its last week', () => {
    const [refused] = found('credentials', { pacs: { kind: 'refuses', ...trouble(0) } });
    expect(refused).to.include({ afterMs: 0, urgent: true });
    const remind = (days: number) => found('certificate', { certificates: until(days) })[0]!.remindHours;
    expect(remind(20)).to.equal(168);
    expect(remind(5)).to.equal(undefined);
  });
});

describe('busy hours', () => {
  const usual = { days: ['mon', 'tue', 'wed', 'thu', 'fri'] as const, from: '08:00', to: '18:00' };
  const at = (day: number, hour: number, minute = 0) => new Date(2026, 2, day, hour, minute);

  // 2 March 2026 is a Monday.
  const cases: [string, Date, Date, number][] = [
    ['within a day', at(2, 9), at(2, 11, 30), 2.5],
    ['a night', at(2, 18), at(3, 8), 0],
    ['a night and its evening and morning', at(2, 17), at(3, 9), 2],
    ['a weekend', at(6, 18), at(9, 8), 0],
    ['a weekend and a holiday after it', at(6, 17), at(10, 9), 12],
    ['a week', at(2, 12), at(9, 12), 50],
    ['nothing', at(3, 9), at(3, 9), 0],
    ['backwards', at(3, 12), at(3, 9), 0],
    ['on a Sunday', at(8, 9), at(8, 17), 0],
  ];
  for (const [name, from, to, hours] of cases)
    it(`are counted: ${name}`, () => expect(busyHours(from, to, usual)).to.be.closeTo(hours, 1e-9));

  it('may be all hours of all days', () => {
    const all = {
      days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const,
      from: '00:00',
      to: '24:00',
    };
    expect(busyHours(at(2, 12), new Date(at(2, 12).getTime() + 40 * HOUR), all)).to.be.closeTo(40, 1e-9);
  });
});
