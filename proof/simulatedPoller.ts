import type { Workbench } from '../src/exam/index.js';
import type { Ledger, ServedModel } from '../src/ledger/index.js';
import { type ExamMaking, type Log, Poller, type PollerParts } from '../src/poller/index.js';
import type { ModelledPacs } from './modelledPacs.js';

/** Days from today that are looked at for new exams. */
export const LOOKBACK_DAYS = 3;

/** Names the settings of the version after an upgrade. */
export const UPGRADED = 'upgraded';

/** What exams are worked on with. @param settingsDigest names the settings: services with others may share a ledger */
export function servedWith(settingsDigest: string): ServedModel {
  const modelVersion = settingsDigest === UPGRADED ? '2.0.0' : '1.0.0';
  return { modelName: 'modelled', modelVersion, settingsDigest };
}

/** The poller as it is, beside models of all that it meets. */
export function simulatedPoller(parts: {
  name: string;
  pacs: ModelledPacs;
  ledger: Ledger;
  making: ExamMaking;
  settingsDigest: string;
  /** That an exam has. */
  tries: number;
  log: Log;
  sources?: PollerParts['sources'];
}): Poller {
  const { name, pacs, ledger, making, settingsDigest, tries, log, sources } = parts;
  return new Poller({
    pacs: pacs.web,
    ledger,
    bench: {} as Workbench,
    making,
    served: servedWith(settingsDigest),
    settings: {
      lookbackDays: LOOKBACK_DAYS,
      settleSeconds: 3600,
      views: ['LCC', 'RCC', 'LMLO', 'RMLO'],
      maxExamsPerCycle: 50,
      retry: { attempts: tries, firstDelaySeconds: 60, longestDelaySeconds: 600 },
      workers: 2,
      leaseSeconds: 120,
    },
    sources,
    workerName: name,
    log,
  });
}
