import { type Settings, settingsByKey } from '../config/index.js';

/** What names people, or may: addresses, accounts, and patterns that may be for a patient's name. */
const PERSONAL = [
  /(^|\.)(username|subject|user|name)$/i,
  /^notify\.email\.(to|from)(\.|$)/,
  /^notify\.name$/,
  /^poll\.(include|exclude)\./,
  /^admin\.(users|oidc\.roles)\./,
];

/**
 * The settings as they may leave the hospital, by key: what is secret is named and not shown, and neither is what may
 * name people. Hosts and folders are shown.
 */
export function plainSettings(settings: Settings): Record<string, string> {
  const { values, secrets } = settingsByKey(settings);
  const shown = [...values].map(
    ([key, value]) => [key, isPersonal(key) ? '(set)' : withoutUser(value)] as const,
  );
  const hidden = [...secrets.keys()].map((key) => [key, '(secret)'] as const);
  return Object.fromEntries([...shown, ...hidden].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isPersonal(key: string): boolean {
  return PERSONAL.some((pattern) => pattern.test(key));
}

/** An address without the account and the query in it. */
function withoutUser(value: string): string {
  return value.replace(/^(\w+:\/\/)[^/@]*@/, '$1').replace(/^(\w+:\/\/[^?#]*)[?#].*$/s, '$1');
}
