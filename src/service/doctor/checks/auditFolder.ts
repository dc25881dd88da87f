import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { checkSyslog, verifyAudit } from '../../../audit/index.js';
import { countText } from '../../../countText.js';
import { accountBesideRoot } from '../../ownAccount.js';
import { writeTrialFile } from '../trialFile.js';
import { type Check, failure, ok, skipped, warning } from '../types.js';

/** Can it be noted what is done, is what was noted as it was written, and can it be sent on? */
export const auditFolder: Check = {
  name: 'audit',
  needs: [],
  run: async (visit) => {
    const { settings } = visit;
    const { folder, syslog } = settings.audit;
    const owner = await accountBesideRoot(settings);
    visit.isTrailUnfit = owner !== undefined;
    if (owner !== undefined) return skipped(`not root's to write, but ${owner}'s: run this as ${owner}`);
    const isThere = (await stat(folder).catch(() => undefined)) !== undefined;
    // It is made at the first start.
    const written = isThere ? folder : dirname(folder);
    const refusal = await writeTrialFile(written);
    visit.isTrailUnfit = refusal !== undefined;
    if (refusal !== undefined)
      return failure(
        `The audit trail cannot be written in ${written} (${refusal})`,
        refusal === 'ENOENT'
          ? `Make it for the service's account: install -d -m 700 -o ACCOUNT ${written}`
          : 'Give the folder, and what is in it, to the account that the service runs as, or name another in ' +
              'audit.folder.',
      );
    const { lines, problems } = isThere ? await verifyAudit(folder) : { lines: 0, problems: [] };
    const [first] = problems;
    if (first !== undefined)
      return warning(
        `The audit trail is not as it was written: ${first.what}`,
        'mamori audit verify names every line. Find out who changed it; it goes on after it all the same.',
      );
    if (syslog !== undefined) await checkSyslog(syslog);
    const sent = syslog === undefined ? '' : `; ${syslog.url} can be reached`;
    return ok(`${isThere ? `${countText(lines, 'line')}, as written` : `${written} can be written`}${sent}`);
  },
};
