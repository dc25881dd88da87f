import { type Settings, secretsByKey } from '../config/index.js';
import { namesHere, ownText } from './ownWords.js';

const GAP = '***';

/** Shorter ones would black out half of every line; they are not secrets worth the name. */
const SHORTEST_SECRET = 4;
/** Where nothing but a secret stands, so that a gap tells no more than that there is one. Whatever it is, it goes. */
const PLACES: readonly [place: RegExp, gap: string][] = [
  // The password in an address.
  [/(:\/\/[^\s/:@"']*):[^\s/@"']+@/g, `$1:${GAP}@`],
  // The header that a client signs in by, as libraries print it; not what stands in a support bundle in its place.
  [
    /(authorization\\?["']?\s*[:=]\s*\\?["']?)(?!\(secret\)")(?:(?:Basic|Bearer)\s+)?[^\s"',;\\]+/gi,
    `$1${GAP}`,
  ],
  // A form, a connection string, an object printed as JSON.
  [/(\b(?:password|passwd|pwd|passphrase|client_?secret|\w+_token)=)[^\s&"',;)}\\]+/gi, `$1${GAP}`],
  [/(\\?"(?:password|passphrase|client_?secret|\w+_token)\\?":\s*\\?")[^"\\]+/gi, `$1${GAP}`],
];

/**
 * Blacks out the secrets of the settings wherever they turn up in a text, but for those that the gap itself would tell.
 *
 * A gap is told by what stands around it: who reads that an exam was `***` at its end, in place of `delivered`, has
 * read the password. So one that is a word of our own, a number, or a name that stands in the settings anyhow is left
 * alone: nothing shows that it is a password. A short one is blacked out where it stands by itself; within a longer
 * word it stands by chance. One that nobody could guess is blacked out everywhere.
 */
export function blackener(settings: Settings): (text: string) => string {
  const secrets = [...new Set([...secretsByKey(settings).map(({ value }) => value), ...basicPairs(settings)])]
    .filter(isSecretByItself)
    .sort((a, b) => b.length - a.length)
    .map((secret) => ({ forms: formsOf(secret), isTold: once(() => wouldBeTold(secret, settings)) }));
  return (text) =>
    secrets
      .flatMap(({ forms, isTold }) => forms.map((form) => ({ ...form, isTold })))
      .reduce(
        // Few texts hold a secret: only then is it asked what a gap would tell.
        (rest, { form, pattern, isTold }) =>
          rest.includes(form) && !isTold() ? rest.replace(pattern, GAP) : rest,
        PLACES.reduce((rest, [place, gap]) => rest.replace(place, gap), text),
      );
}

/**
 * The settings whose secret is not kept out of logs, but for the places where nothing else stands: too short, a number,
 * or words that stand there anyhow. A gap would tell what it is, and so would a guess.
 */
export function guessableSecrets(settings: Settings): string[] {
  return secretsByKey(settings)
    .filter(({ value }) => !isSecretByItself(value) || wouldBeTold(value, settings))
    .map(({ key }) => key);
}

function isSecretByItself(secret: string): boolean {
  return secret.length >= SHORTEST_SECRET && !isNumber(secret);
}

/** User and password as Basic authentication sends them. */
function basicPairs({ pacs, notify }: Settings): string[] {
  const pairs = [pacs.auth.type === 'basic' ? pacs.auth : undefined, pacs.proxy, notify.webhook?.proxy];
  return pairs.flatMap((pair) =>
    pair?.password === undefined
      ? []
      : [Buffer.from(`${pair.username ?? ''}:${pair.password}`, 'utf8').toString('base64')],
  );
}

/** As it stands, and as JSON and addresses write it. */
function formsOf(secret: string): { form: string; pattern: RegExp }[] {
  const forms = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
  return [...new Set(forms)].map((form) => {
    const exact = form.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
    return { form, pattern: new RegExp(isUnguessable(secret) ? exact : alone(exact, form), 'gu') };
  });
}

/** Not within a longer word or number. What JSON and addresses escape is no part of a word. */
function alone(exact: string, form: string): string {
  const before = /^[\p{L}\p{N}]/u.test(form)
    ? String.raw`(?:(?<=%[\dA-F]{2}|\\[bfnrt])|(?<![\p{L}\p{N}]))`
    : '';
  const after = /[\p{L}\p{N}]$/u.test(form) ? String.raw`(?![\p{L}\p{N}])` : '';
  return `${before}${exact}${after}`;
}

/** Times, sizes, ports, parts of UIDs: a gap in one of them is easily filled. */
function isNumber(text: string): boolean {
  return /^[\d\s.:,+/TZ-]*$/.test(text) && !/\d{12}/.test(text);
}

/** Made by a machine, or long and of several kinds of characters. */
function isUnguessable(secret: string): boolean {
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\d/, /[^\p{L}\d\s]/u].filter((kind) => kind.test(secret)).length;
  const isLongEnough = (secret.length >= 16 && kinds >= 3) || (secret.length >= 24 && kinds >= 2);
  return isLongEnough && /\d/.test(secret) && !/\s/.test(secret);
}

/** Whether who reads the text around a gap knows what is missing. */
function wouldBeTold(secret: string, settings: Settings): boolean {
  const exact = secret.toLowerCase();
  if (isUnguessable(secret)) return ownText().includes(exact);
  const known = `${ownText()}\n${namesHere(settings)}`;
  return exact.split(/\s+/).every((word) => isNumber(word) || known.includes(word));
}

function once<T>(find: () => T): () => T {
  let found: { value: T } | undefined;
  return () => {
    found ??= { value: find() };
    return found.value;
  };
}
