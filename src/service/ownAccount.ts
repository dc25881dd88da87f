import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AuditError } from '../audit/index.js';
import type { Settings } from '../config/index.js';
import { ledgerFileOf } from '../ledger/index.js';

/** What the owner of a file is called who is none of this container's accounts. */
const NO_ACCOUNT_HERE = 65534;

/**
 * Whose the folders of the ledger and the audit trail are, where another account keeps them to itself and this is
 * root. Root may write there, but what it makes that account could not go on with. A folder that all may look into,
 * such as a clone, may be worked in by root.
 */
export async function accountBesideRoot({
  ledger,
  audit,
}: Pick<Settings, 'ledger' | 'audit'>): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const file = ledgerFileOf(ledger.url);
  const places = [...(file === undefined ? [] : [dirname(file)]), audit.folder, dirname(audit.folder)];
  for (const place of places) {
    const { uid, mode } = (await stat(place).catch(() => undefined)) ?? { uid: 0, mode: 0 };
    const isPrivate = (mode & 0o007) === 0;
    if (isPrivate && uid !== 0 && uid !== NO_ACCOUNT_HERE) return nameOf(uid);
  }
  return undefined;
}

/** @throws AuditError `audit-unwritable` where root would make files that the service's account cannot write */
export async function refuseForeignRoot(settings: Pick<Settings, 'ledger' | 'audit'>): Promise<void> {
  const owner = await accountBesideRoot(settings);
  if (owner === undefined) return;
  throw new AuditError(
    'audit-unwritable',
    `This is root, and the folder of the ledger or the audit trail is ${owner}'s, who could not write what root ` +
      'makes there.',
    { remedy: `Run it as that account, with the secrets in its environment: ${asAccount(owner)} …` },
  );
}

/** How a command is run as the service's account: by its number where this machine's own list has no name for it. */
export function asAccount(name: string): string {
  return name.startsWith('#')
    ? `setpriv --reuid ${name.slice(1)} --clear-groups mamori`
    : `runuser -u ${name} -- mamori`;
}

async function nameOf(uid: number): Promise<string> {
  const accounts = await readFile('/etc/passwd', 'utf8').catch(() => '');
  return new RegExp(`^([^:\\n]+):[^:\\n]*:${uid}:`, 'm').exec(accounts)?.[1] ?? `#${uid}`;
}
