/** Every key that holds a secret; `*` stands for any key of a map and any place of a list. */
export const SECRETS: readonly (readonly (string | number)[])[] = [
  ['pacs', 'auth', 'password'],
  ['pacs', 'auth', 'token'],
  ['pacs', 'auth', 'clientSecret'],
  ['pacs', 'tls', 'passphrase'],
  ['pacs', 'proxy', 'password'],
  ['ledger', 'password'],
  ['ledger', 'tls', 'passphrase'],
  ['admin', 'users', '*', 'passwordHash'],
  ['admin', 'oidc', 'clientSecret'],
  ['notify', 'webhook', 'url'],
  ['notify', 'webhook', 'headers', '*'],
  ['notify', 'webhook', 'hmacSecret'],
  ['notify', 'webhook', 'proxy', 'password'],
  ['notify', 'email', 'password'],
  ['audit', 'syslog', 'tls', 'passphrase'],
];

export function isSecret(path: readonly (string | number)[]): boolean {
  return SECRETS.some((secret) => secret.length === path.length && startsWith(path, secret));
}

/** The path, cut off at a secret: what was wrongly written as a key below it could be the secret itself. */
export function withoutSecret(path: readonly (string | number)[]): readonly (string | number)[] {
  const secret = SECRETS.find((candidate) => startsWith(path, candidate));
  if (secret === undefined) return path;
  return path.slice(0, path[secret.length] === 'file' ? secret.length + 1 : secret.length);
}

function startsWith(path: readonly (string | number)[], start: readonly (string | number)[]): boolean {
  return start.every((part, index) => part === path[index] || (part === '*' && path[index] !== undefined));
}
