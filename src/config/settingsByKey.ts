import { isSecret } from './secretKey.js';
import type { Settings } from './settingsSchema.js';

/** Settings by their keys, such as `poll.lookbackDays`. */
export interface SettingsByKey {
  /** What may be shown; lists as JSON. */
  values: Map<string, string>;
  secrets: Map<string, string>;
}

/** Names of keys under which there may be secrets in lists and maps that `isSecret` does not know one by one. */
const SECRET_NAME = /password|secret|token|passphrase|hash/i;

/** All settings in a flat form, to be compared with those of another start. */
export function settingsByKey(settings: Settings): SettingsByKey {
  const found: SettingsByKey = { values: new Map(), secrets: new Map() };
  add(settings, [], found);
  return found;
}

function add(value: unknown, path: readonly (string | number)[], found: SettingsByKey): void {
  if (value === undefined) return;
  if (typeof value === 'object' && value !== null && !isPlainList(value)) {
    for (const [key, below] of Object.entries(value)) add(below, [...path, key], found);
    return;
  }
  const kind = isSecret(path) || path.some((key) => SECRET_NAME.test(String(key))) ? 'secrets' : 'values';
  found[kind].set(path.join('.'), typeof value === 'string' ? value : JSON.stringify(value));
}

function isPlainList(value: object): boolean {
  return Array.isArray(value) && value.every((one) => typeof one !== 'object');
}
