import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Settings } from '../config/index.js';
import { UIDS_IN_TEXT } from '../dicom/index.js';
import { MamoriError } from '../errors.js';
import {
  type Ending,
  type Ledger,
  ledgerFileOf,
  type ReasonCount,
  type ServedModel,
} from '../ledger/index.js';
import type { Situation } from '../notify/index.js';
import type { Poller } from '../poller/index.js';
import type { Audit } from './auditing.js';
import { blackener } from './blackener.js';
import { certificateEnds } from './doctor/index.js';
import { inTime } from './inTime.js';
import { pacsTrouble } from './pacsTrouble.js';
import { isRightlyNotProcessed } from './rightEnds.js';

const HOUR_MS = 3_600_000;
const MEGABYTE = 1024 * 1024;

/** A ledger that does not answer for so long cannot be used. */
const LEDGER_PATIENCE_MS = 20_000;
/** Certificates do not change from minute to minute. */
const CERTIFICATES_MS = 6 * HOUR_MS;

export interface SituationParts {
  settings: Settings;
  ledger: Pick<Ledger, 'endings' | 'reasons' | 'newestExam' | 'oldestReady' | 'pausing'>;
  /** Whose exams wait for this service. */
  served: ServedModel;
  poller: Pick<Poller, 'leftAlone' | 'latest'>;
  audit?: Pick<Audit, 'trouble'> | undefined;
}

/** Tells how the service is, as far as anybody is notified of it. What is told holds no secret and no UID. */
export function situationSource(parts: SituationParts): (now: Date) => Promise<Situation> {
  const { settings } = parts;
  const startedAt = new Date();
  const clean = cleaner(settings);
  let ledgerTroubleSince: Date | undefined;
  /** `at` by the steady clock: one that is set back must not put off the next look. */
  let certificates: { at: number; found: Situation['certificates'] } | undefined;

  return async (now) => {
    const pacs = pacsSituation(parts.poller, clean);
    const told = await ledgerSituation(parts, now, clean);
    ledgerTroubleSince = 'trouble' in told ? (ledgerTroubleSince ?? now) : undefined;
    // While it is left alone the PACS is not even asked for its certificate.
    const isDue = certificates === undefined || performance.now() - certificates.at >= CERTIFICATES_MS;
    if (pacs === 'well' && isDue)
      certificates = { at: performance.now(), found: await certificateEnds(settings).catch(() => undefined) };
    const others = {
      now,
      pacs,
      audit: auditSituation(parts.audit, clean),
      disks: await diskSituation(settings),
      certificates: certificates?.found,
    };
    if ('trouble' in told) {
      const ledger = { since: ledgerTroubleSince ?? now, reason: told.trouble };
      return { ...others, ledger, ...UNKNOWN };
    }
    return { ...others, ledger: 'well', ...told, newestExam: told.newestExam ?? startedAt };
  };
}

const UNKNOWN = {
  failures: undefined,
  partial: undefined,
  newestExam: undefined,
  oldestReady: undefined,
  paused: undefined,
};

/** Messages leave the house: even a UID stands for a patient. */
function cleaner(settings: Settings): (text: string) => string {
  const blackOut = blackener(settings);
  return (text) => blackOut(text.replace(UIDS_IN_TEXT, '(UID)'));
}

function pacsSituation(poller: SituationParts['poller'], clean: (text: string) => string): Situation['pacs'] {
  const { leftAlone, latest } = poller;
  const reason = pacsTrouble(poller);
  if (reason === undefined) return latest === undefined ? undefined : 'well';
  const kind = reason.code === 'pacs-unauthorised' ? 'refuses' : 'down';
  const since = leftAlone?.since ?? latest?.unsearchableSince ?? latest?.startedAt ?? new Date();
  return { kind, since, reason: clean(reason.reason) };
}

async function ledgerSituation(
  { ledger, settings, served }: SituationParts,
  now: Date,
  clean: (text: string) => string,
): Promise<
  Pick<Situation, 'failures' | 'partial' | 'newestExam' | 'oldestReady' | 'paused'> | { trouble: string }
> {
  const { failures, partial } = settings.notify.alarms;
  try {
    const asked = Promise.all([
      failures === 'off' ? [] : endingsOf(ledger, now, failures.hours),
      partial === 'off' ? [] : endingsOf(ledger, now, partial.hours),
      ledger.reasons(),
      ledger.newestExam(),
      ledger.oldestReady(served),
      ledger.pausing(),
    ]);
    const [failing, partly, reasons, newestExam, oldestReady, pausing] = await inTime(
      asked,
      LEDGER_PATIENCE_MS,
      ledgerSilent,
    );
    const why = (codes: readonly Ending[]) => mostly(codes, reasons, clean);
    const ends = (all: readonly Ending[], isBad: (ending: Ending) => boolean) => {
      const bad = all.filter(isBad);
      return { ended: sum(all), bad: sum(bad), mostly: why(bad) };
    };
    return {
      failures: ends(failing, ({ state }) => state === 'failed' || state === 'not-processed'),
      partial: ends(partly, ({ state }) => state === 'partial'),
      newestExam,
      oldestReady: oldestReady ?? 'none',
      // Who ordered it and why may be a person's name, or a patient's.
      paused: pausing === undefined ? 'no' : { since: pausing.since },
    };
  } catch (error) {
    if (error instanceof MamoriError)
      return { trouble: clean([error.message, error.remedy ?? ''].join(' ').trim()) };
    throw error;
  }
}

function ledgerSilent(): MamoriError {
  const seconds = LEDGER_PATIENCE_MS / 1000;
  return new MamoriError('ledger-silent', `The ledger did not answer within ${seconds} seconds.`);
}

/** How exams ended in these last hours, rightly not processed ones aside. */
async function endingsOf(ledger: SituationParts['ledger'], now: Date, hours: number): Promise<Ending[]> {
  const ms = hours * HOUR_MS;
  const endings = await ledger.endings(new Date(now.getTime() - ms), ms);
  return endings.filter(({ state, code }) => state !== 'not-processed' || !isRightlyNotProcessed(code));
}

const sum = (endings: readonly Ending[]) => endings.reduce((all, { exams }) => all + exams, 0);

function mostly(
  bad: readonly Ending[],
  reasons: readonly ReasonCount[],
  clean: (text: string) => string,
): string | undefined {
  const [first] = [...bad].sort((a, b) => b.exams - a.exams);
  const reason = reasons.find(({ state, code }) => state === first?.state && code === first.code)?.reason;
  return reason === undefined ? undefined : clean(reason);
}

function auditSituation(audit: SituationParts['audit'], clean: (text: string) => string): Situation['audit'] {
  if (audit?.trouble === undefined) return audit && 'well';
  const { message, remedy = '' } = audit.trouble;
  return { reason: clean(`${message} ${remedy}`.trim()) };
}

/** Of each disk once, where the ledger's file (if it has one) and the audit trail lie on the same. */
async function diskSituation({ ledger, audit }: Settings): Promise<Situation['disks']> {
  const file = ledgerFileOf(ledger.url);
  const places = [...(file === undefined ? [] : [dirname(file)]), audit.folder];
  const disks = new Map<number, NonNullable<Situation['disks']>[number]>();
  try {
    for (const place of places) {
      const { dev } = await stat(place);
      const { bavail, blocks, bsize } = await statfs(place);
      const [freeMegabytes, totalMegabytes] = [(bavail * bsize) / MEGABYTE, (blocks * bsize) / MEGABYTE];
      if (!disks.has(dev)) disks.set(dev, { place, freeMegabytes, totalMegabytes });
    }
    return [...disks.values()];
  } catch {
    return undefined;
  }
}
