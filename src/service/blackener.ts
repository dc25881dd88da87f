import { type Settings, secretValues } from '../config/index.js';
import { namesHere, ownText } from './ownWords.js';

/** Shorter ones would black out half of every line; they are not secrets worth the name. */
const SHORTEST_SECRET = 4;
const GAP = '***';

/** The password in an address, whatever it is. */
const PASSWORD_IN_ADDRESS = /(:\/\/[^\s/:@"']*):[^\s/@"']+@/g;

/**
 * Blacks out the secrets of the settings wherever they turn up in a text, but for those that the gap itself would tell.
 *
 * A gap is told by what stands around it: who reads that an exam was `***` at its end, in place of `delivered`, has
 * read the password. So one that is a word of our own, a number, or a name that stands in the settings anyhow is left
 * alone: nothing shows that it is a password. A short one is blacked out where it stands by itself; within a longer
 * word it stands by chance. One that nobody could guess is blacked out everywhere.
 */
export function blackener(settings: Settings): (text: string) => string {
  const secrets = [...new Set(secretValues(settings))]
    .filter((secret) => secret.length >= SHORTEST_SECRET && !isNumber(secret))
    .sort((a, b) => b.length - a.length)
    .map((secret) => ({ forms: formsOf(secret), isTold: once(() => wouldBeTold(secret, settings)) }));
  return (text) =>
    secrets
      .flatMap(({ forms, isTold }) => forms.map((form) => ({ ...form, isTold })))
      .reduce(
        // Few texts hold a secret: only then is it asked what a gap would tell.
        (rest, { form, pattern, isTold }) =>
          rest.includes(form) && !isTold() ? rest.replace(pattern, GAP) : rest,
        text.replace(PASSWORD_IN_ADDRESS, `$1:${GAP}@`),
      );
}

/** As it stands, and as JSON and Basic authentication write it. */
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
