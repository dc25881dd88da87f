import { defaultSettings } from '../../src/config/index.js';
import { ALARM_KINDS, type AlarmSettings, type Situation } from '../../src/notify/index.js';

/** Monday, noon, by the local time of whatever machine. */
export const MONDAY = new Date(2026, 2, 2, 12);

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A Mamori that is well. */
export function wellAt(now = MONDAY, other: Partial<Situation> = {}): Situation {
  return {
    now,
    pacs: 'well',
    ledger: 'well',
    failures: { ended: 40, bad: 1, mostly: 'a reason' },
    partial: { ended: 40, bad: 0, mostly: undefined },
    newestExam: new Date(now.getTime() - 10 * MINUTE),
    oldestReady: 'none',
    paused: 'no',
    audit: 'well',
    disks: [{ place: '/data', freeMegabytes: 50_000, totalMegabytes: 100_000 }],
    certificates: [{ of: 'the PACS (pacs.example)', until: new Date(now.getTime() + 90 * DAY) }],
    ...other,
  };
}

/** The settings' own defaults. */
export function usualAlarms(): AlarmSettings {
  return defaultSettings('http://pacs').notify.alarms;
}

/** Everything off but for what is said. */
export function only(alarms: Partial<AlarmSettings>): AlarmSettings {
  const off = Object.fromEntries(ALARM_KINDS.map((kind) => [kind, kind === 'credentials' ? false : 'off']));
  return { ...(off as unknown as AlarmSettings), ...alarms };
}
