import { isPacsErrorCode } from '../dicomweb/index.js';
import type { Reason } from '../ledger/index.js';
import type { Poller } from '../poller/index.js';

/**
 * What is wrong with the archive as a whole. A single study that it keeps to itself is no trouble of it: then the
 * search went through.
 */
export function pacsTrouble({ leftAlone, latest }: Pick<Poller, 'leftAlone' | 'latest'>): Reason | undefined {
  if (leftAlone !== undefined) return leftAlone.reason;
  return latest?.searched === false ? latest.problems.find(({ code }) => isPacsErrorCode(code)) : undefined;
}
