import { countText } from '../countText.js';
import type { AlarmKind } from './alarmKind.js';
import { type BusyTime, busyHours } from './busyHours.js';
import type { Ends, Situation } from './situation.js';

type OrOff<T> = T | 'off';

interface Share {
  percent: number;
  hours: number;
  leastExams: number;
}

/** What is told, and from when on: `notify.alarms` of the settings. */
export interface AlarmSettings {
  credentials: boolean;
  pacsDown: OrOff<{ minutes: number }>;
  ledger: OrOff<{ minutes: number }>;
  failures: OrOff<Share>;
  partial: OrOff<Share>;
  nothingNew: OrOff<BusyTime & { hours: number }>;
  disk: OrOff<{ megabytes: number; percent: number }>;
  certificate: OrOff<{ days: number }>;
  paused: OrOff<{ minutes: number }>;
  waiting: OrOff<{ minutes: number }>;
  audit: OrOff<{ minutes: number }>;
}

/** Something that is wrong now. */
export interface Finding {
  /** Which of several: a disk, a certificate. Empty where there is one only. */
  subject: string;
  /** Since when, where that is known; else since it was found first. */
  since?: Date | undefined;
  /** It is told only once it has lasted for so long. */
  afterMs: number;
  /** Sentences without patient data and secrets: what happened, and what to do about it. */
  says: string;
  remedy: string;
  /** Told again after so many hours in place of the settings' own. */
  remindHours?: number;
  /** Told at once, without waiting for others. */
  urgent?: boolean;
}

/** Everything of one kind that is wrong now, or that it cannot be told. */
export type Verdict = readonly Finding[] | 'unknown';

/** @param isRaised whether an alarm of this subject stands: what ends one is further away than what begins it */
type Rule = (
  situation: Situation,
  settings: AlarmSettings,
  isRaised: (subject: string) => boolean,
) => Verdict;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** An alarm ends at so much less than what begins it, so that it does not come and go at the border. */
const MARGIN = 0.8;

/** In the last days before a certificate ends everybody is told as often as of anything else. */
const LAST_DAYS = 7;
const WEEKLY_HOURS = 168;

/** What is worth telling, kind by kind. */
export const RULES: Record<AlarmKind, Rule> = {
  credentials: ({ pacs }, settings) => {
    if (!settings.credentials) return [];
    if (pacs === undefined) return 'unknown';
    if (pacs === 'well' || pacs.kind !== 'refuses') return [];
    return [
      {
        ...one(pacs.since),
        says: `The PACS refuses Mamori's credentials. ${pacs.reason}`,
        remedy:
          'Check pacs.auth and the account at the PACS; run mamori doctor. Until then Mamori asks rarely, so that ' +
          'the account is not locked. No exam is lost.',
        urgent: true,
      },
    ];
  },

  pacsDown: ({ pacs }, { pacsDown }) => {
    if (pacsDown === 'off') return [];
    if (pacs === undefined) return 'unknown';
    if (pacs === 'well' || pacs.kind !== 'down') return [];
    return [
      {
        ...one(pacs.since, pacsDown.minutes),
        says: `The PACS cannot be used. ${pacs.reason}`,
        remedy: 'See whether it runs and can be reached from here. Mamori goes on by itself once it is back.',
      },
    ];
  },

  ledger: ({ ledger }, settings) => {
    if (settings.ledger === 'off') return [];
    if (ledger === undefined) return 'unknown';
    if (ledger === 'well') return [];
    return [
      {
        ...one(ledger.since, settings.ledger.minutes),
        says: `The ledger cannot be used, and no exam is worked on. ${ledger.reason}`,
        remedy: 'See to the disk or the database server that ledger.url names; run mamori doctor.',
      },
    ];
  },

  disk: ({ disks }, { disk }, isRaised) => {
    if (disk === 'off') return [];
    if (disks === undefined) return 'unknown';
    return disks.flatMap(({ place, freeMegabytes, totalMegabytes }) => {
      const least = Math.max(disk.megabytes, (totalMegabytes * disk.percent) / 100);
      if (freeMegabytes >= (isRaised(place) ? least / MARGIN : least)) return [];
      return [
        {
          subject: place,
          afterMs: 0,
          says: `The disk of ${place} has ${Math.floor(freeMegabytes)} MB left, less than ${Math.ceil(least)} MB.`,
          remedy: 'Make room. When it is full no result can be kept, and exams wait.',
        },
      ];
    });
  },

  audit: ({ audit }, settings) => {
    if (settings.audit === 'off') return [];
    if (audit === undefined) return 'unknown';
    if (audit === 'well') return [];
    return [
      {
        ...one(undefined, settings.audit.minutes),
        says: `What is done cannot be noted as it should. ${audit.reason}`,
        remedy: 'Exams go on, and what waits is noted once it can be. Run mamori doctor.',
      },
    ];
  },

  paused: ({ paused }, settings) => {
    if (settings.paused === 'off') return [];
    if (paused === undefined) return 'unknown';
    if (paused === 'no') return [];
    return [
      {
        ...one(paused.since, settings.paused.minutes),
        says: 'No exam is taken up: somebody ordered a pause on the status page.',
        remedy: 'Let it go on there when the reason is gone.',
      },
    ];
  },

  waiting: ({ now, oldestReady, pacs, paused }, { waiting }, isRaised) => {
    if (waiting === 'off') return [];
    // While the PACS is away or exams are not to be taken up they wait for that, and that is told.
    if (oldestReady === undefined || pacs !== 'well' || paused !== 'no') return 'unknown';
    if (oldestReady === 'none') return [];
    const minutes = (now.getTime() - oldestReady.getTime()) / MINUTE_MS;
    // That exams wait is no alarm, nor does it go on for those that wait a moment.
    if (minutes < waiting.minutes * (isRaised('') ? MARGIN : 1)) return [];
    return [
      {
        ...one(oldestReady),
        says: `A complete exam has waited for ${Math.floor(minutes)} minutes and is not taken up.`,
        remedy:
          'See on the status page what is worked on, and since when; after an outage the queue empties by itself. ' +
          'If it does not, look into the log and start Mamori again; if that happens daily, raise workers.',
      },
    ];
  },

  failures: ({ failures, pacs }, settings, isRaised) =>
    share(failures, settings.failures, isRaised(''), pacs, {
      what: 'failed or could not be processed',
      remedy: 'See the reasons on the status page, or by mamori status; mamori retry tries them again.',
    }),

  partial: ({ partial, pacs }, settings, isRaised) =>
    share(partial, settings.partial, isRaised(''), pacs, {
      what: 'were answered only in part',
      remedy:
        'See on the status page which views are missing and why; mamori retry --state partial tries again.',
    }),

  nothingNew: ({ now, newestExam, pacs, ledger }, { nothingNew }) => {
    if (nothingNew === 'off') return [];
    // With the PACS away nothing can be seen, and that is told.
    if (newestExam === undefined || pacs !== 'well' || ledger !== 'well') return 'unknown';
    const hours = busyHours(newestExam, now, nothingNew);
    if (hours < nothingNew.hours) return [];
    return [
      {
        ...one(undefined),
        since: newestExam,
        says: `No new exam for ${Math.floor(hours)} busy hours.`,
        remedy:
          'See whether mammograms reach the PACS, and whether poll.include, poll.exclude and the rights of the ' +
          'account let Mamori see them. On a holiday that is as it should be (notify.alarms.nothingNew).',
      },
    ];
  },

  certificate: ({ now, certificates }, { certificate }) => {
    if (certificate === 'off') return [];
    if (certificates === undefined) return 'unknown';
    return certificates.flatMap(({ of, until }) => {
      const days = (until.getTime() - now.getTime()) / DAY_MS;
      if (days >= certificate.days) return [];
      const ended = days < 0;
      return [
        {
          subject: of,
          afterMs: 0,
          says: ended
            ? `The certificate of ${of} has expired.`
            : `The certificate of ${of} expires in ${Math.floor(days)} days.`,
          remedy: ended ? 'Have it renewed now.' : 'Have it renewed in time.',
          ...(days > LAST_DAYS && { remindHours: WEEKLY_HOURS }),
        },
      ];
    });
  },
};

function one(since: Date | undefined, minutes = 0): Pick<Finding, 'subject' | 'since' | 'afterMs'> {
  return { subject: '', since, afterMs: minutes * MINUTE_MS };
}

function share(
  ends: Ends | undefined,
  settings: OrOff<Share>,
  isRaised: boolean,
  pacs: Situation['pacs'],
  words: { what: string; remedy: string },
): Verdict {
  if (settings === 'off') return [];
  // An outage makes exams fail, too: it is told as such, and what failed for it is tried again.
  if (ends === undefined || pacs !== 'well') return 'unknown';
  const { ended, bad, mostly } = ends;
  // Too few to tell, whether it goes on or is over.
  if (ended < settings.leastExams) return isRaised && bad > 0 ? 'unknown' : [];
  const least = (settings.percent / 100) * (isRaised ? MARGIN : 1);
  if (bad / ended < least) return [];
  const why = mostly === undefined ? '' : ` Most often: ${mostly}`;
  const which = `${countText(ended, 'exam')} of the last ${countText(settings.hours, 'hour')}`;
  return [
    {
      ...one(undefined),
      says: `${bad} of ${which} ${words.what}.${why}`,
      remedy: words.remedy,
    },
  ];
}
