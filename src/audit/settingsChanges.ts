import { randomBytes, scryptSync } from 'node:crypto';
import type { SettingChange } from './auditEvent.js';

/** Settings by key, such as `poll.lookbackDays`: values that may be shown, and secrets that may not. */
export interface KeptSettings {
  values: ReadonlyMap<string, string>;
  secrets: ReadonlyMap<string, string>;
}

/**
 * Which settings are others than those that were kept, and what to keep now. Of a secret a salted hash is kept
 * (scrypt), and only that it changed is said. Where nothing was kept, nothing has changed.
 */
export function changesOf(
  before: ReadonlyMap<string, string>,
  { values, secrets }: KeptSettings,
): { changes: SettingChange[]; kept: Map<string, string> } {
  const kept = new Map<string, string>();
  const changes: SettingChange[] = [];
  for (const [key, secret] of secrets) {
    const old = before.get(key);
    const isSame = old !== undefined && fits(secret, old);
    kept.set(key, isSame ? old : hidden(secret));
    if (!isSame) changes.push({ key, secret: old === undefined ? 'set' : 'changed' });
  }
  for (const [key, to] of values) {
    const from = before.get(key);
    kept.set(key, to);
    if (from !== to) changes.push({ key, from: from?.startsWith(HIDDEN) ? undefined : from, to });
  }
  for (const [key, from] of before)
    if (!kept.has(key)) changes.push(from.startsWith(HIDDEN) ? { key, secret: 'removed' } : { key, from });
  return { changes: before.size === 0 ? [] : changes, kept };
}

const HIDDEN = 'scrypt:';

function hidden(secret: string, salt = randomBytes(16).toString('hex')): string {
  return `${HIDDEN}${salt}:${scryptSync(secret, salt, 32).toString('hex')}`;
}

function fits(secret: string, kept: string): boolean {
  const [, salt] = kept.split(':');
  return salt !== undefined && kept.startsWith(HIDDEN) && hidden(secret, salt) === kept;
}
