import { access, constants, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { accountName } from '../../../accountName.js';
import type { Settings } from '../../../config/index.js';
import { ledgerFileOf } from '../../../ledger/index.js';
import { accountBesideRoot, asAccount } from '../../ownAccount.js';
import { writeTrialFile } from '../trialFile.js';
import { type Check, type CheckResult, failure, ok, skipped, warning } from '../types.js';

const MEGABYTE = 1024 * 1024;
/** Results of one exam, kept until the PACS has them, are some 40 MB. */
const LEAST_MEGABYTES = 200;
const LITTLE_MEGABYTES = 2000;

/** May the ledger and the results on their way be written, by this account and read by no other, and is there room? */
export const diskRoom: Check = {
  name: 'disk',
  needs: [],
  run: async (visit) => {
    const result = await roomFor(visit.settings);
    visit.isDiskUnfit = result.state === 'failure';
    return result;
  },
};

async function roomFor(settings: Settings): Promise<CheckResult> {
  const file = ledgerFileOf(settings.ledger.url);
  if (file === undefined) return skipped('the ledger and the results on their way are in a database server');
  const folder = dirname(file);
  const objects = `${file}-objects`;
  const account = accountName();
  for (const place of [folder, objects]) {
    const found = await stat(place).catch(() => undefined);
    // The second is made by the first exam.
    if (found === undefined && place === objects) continue;
    if (found?.isDirectory() !== true)
      return failure(
        `There is no folder ${place}`,
        `Make it for the service's account: install -d -m 700 -o ACCOUNT ${place}`,
      );
    const unwritable = await tryToWrite(place, account);
    if (unwritable !== undefined) return unwritable;
  }
  const owner = await accountBesideRoot(settings);
  if (owner !== undefined)
    return warning(
      `${folder} is ${owner}'s; that root can write there says nothing of ${owner}`,
      `Run this as ${owner}, with the secrets in its environment: ${asAccount(owner)} doctor -c FILE`,
    );
  const foreign = await ownerMismatch(file, account);
  if (foreign !== undefined) return foreign;
  const { bavail, bsize } = await statfs(folder);
  const megabytes = Math.floor((bavail * bsize) / MEGABYTE);
  const says = `${folder} can be written by ${account}, ${roomText(megabytes)} free`;
  const more = 'Make room, or name another place in ledger.url.';
  if (megabytes < LEAST_MEGABYTES) return failure(says, more);
  const seen = process.platform === 'win32' ? undefined : await whoElse(file);
  if (seen !== undefined) return warning(`${says}; ${seen}`, aFolderOfItsOwn(folder));
  return megabytes < LITTLE_MEGABYTES ? warning(says, more) : ok(says);
}

/**
 * What other accounts of this machine can do. That they can list the folder alone harms nothing: the ledger and the
 * results on their way are made for the service's account only.
 */
async function whoElse(file: string): Promise<string | undefined> {
  const modeOf = async (place: string) => (await stat(place).catch(() => undefined))?.mode ?? 0;
  const folder = await modeOf(dirname(file));
  const isSticky = (folder & 0o1000) !== 0;
  if ((folder & 0o002) !== 0 && !isSticky)
    return 'every account on this machine can put files into its place';
  const objects = await modeOf(`${file}-objects`);
  if ((objects & 0o007) !== 0) return 'every account on this machine can look at results on their way';
  return undefined;
}

function aFolderOfItsOwn(folder: string): string {
  return (
    'Results on their way hold patient data. Keep the ledger in a folder of its own: ' +
    'install -d -m 700 -o ACCOUNT /var/lib/mamori, and ledger.url: sqlite:/var/lib/mamori/mamori.db; or, where ' +
    `nothing else needs ${folder}: chmod 700 ${folder}`
  );
}

async function tryToWrite(folder: string, account: string): Promise<CheckResult | undefined> {
  const code = await writeTrialFile(folder);
  if (code === undefined) return undefined;
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return failure(
    `${account} cannot write into ${folder} (${code})`,
    full
      ? 'Make room on that disk.'
      : `Keep the ledger in a folder of the service's own: install -d -m 700 -o ${account} /var/lib/mamori, and ` +
          'ledger.url: sqlite:/var/lib/mamori/mamori.db; what is there already: ' +
          `chown -R ${account} /var/lib/mamori. (The systemd unit that comes with Mamori may write nowhere else.)`,
  );
}

/** A ledger made or put back by root, say, that the service's account cannot write; or the other way round. */
async function ownerMismatch(file: string, account: string): Promise<CheckResult | undefined> {
  const found = await stat(file).catch(() => undefined);
  const own = process.getuid?.();
  if (found === undefined || own === undefined || found.uid === own) return undefined;
  const says = `The ledger ${file} belongs to another account than ${account}`;
  const isWritable = await access(file, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!isWritable)
    return failure(
      `${says}, who cannot write it`,
      `If the service runs as ${account}: chown -R ${account} ${dirname(file)}. If not, run this as its account.`,
    );
  return warning(
    says,
    'Run this command as the account that the service runs as; the ledger and its folder must be its own.',
  );
}

function roomText(megabytes: number): string {
  return megabytes < 10_000 ? `${megabytes} MB` : `${Math.floor(megabytes / 1024)} GB`;
}
