import type { z } from 'zod';
import { isLoopback } from '../loopback.js';
import { LISTEN } from './adminSettings.js';
import { whyUnreadable } from './fileRights.js';
import { keyAlternatives, keysAt } from './jsonSchema.js';
import { type KeyPath, keyName, type Problem } from './problem.js';
import { isSecret } from './secretKey.js';
import { type ParsedSettings, settingsSchema } from './settingsSchema.js';
import { nearest } from './suggestion.js';
import { replaceAt, valueAt } from './value.js';
import type { SettingsDocument } from './yamlDocument.js';

type Issue = z.core.$ZodIssue;

/** Checks a document's values against the schema. Settings come back only when nothing is wrong. */
export function checkSettings(
  document: SettingsDocument,
  folder: string,
): { settings: ParsedSettings | undefined; problems: Problem[] } {
  let result = settingsSchema.safeParse(document.value ?? {});
  if (!result.success && takeTypesFromSchema(document, result.error.issues)) {
    result = settingsSchema.safeParse(document.value ?? {});
  }
  const problems = result.success
    ? []
    : result.error.issues.flatMap((issue) => problemsOf(issue, [], document));
  problems.push(...crossChecks(document, folder));
  return { settings: result.success ? result.data : undefined, problems };
}

/**
 * What comes from the environment is text; where the schema wants a number or a boolean it is read as one.
 * The schema decides, not the look of the value: a password of digits stays text.
 */
function takeTypesFromSchema(document: SettingsDocument, issues: Issue[]): boolean {
  let changed = false;
  for (const { path, expected } of typesWanted(issues, [])) {
    const text = valueAt(document.value, path);
    if (typeof text !== 'string' || !document.fromEnvironment(path)) continue;
    if (/^(number|int)$/.test(expected) && /^\d+(\.\d+)?$/.test(text)) {
      replaceAt(document.value, path, Number(text));
      changed = true;
    } else if (expected === 'boolean' && /^(true|false)$/.test(text)) {
      replaceAt(document.value, path, text === 'true');
      changed = true;
    }
  }
  return changed;
}

/** Where a value is of another type than the schema wants, within whichever forms of a setting. */
function typesWanted(issues: readonly Issue[], base: KeyPath): { path: KeyPath; expected: string }[] {
  return issues.flatMap((issue) => {
    const path = [...base, ...(issue.path as KeyPath)];
    if (issue.code === 'invalid_union') return issue.errors.flatMap((errors) => typesWanted(errors, path));
    return issue.code === 'invalid_type' ? [{ path, expected: issue.expected }] : [];
  });
}

/** One issue of zod's as sentences that name no value. `base` is where a union stands that it came from. */
function problemsOf(issue: Issue, base: KeyPath, document: SettingsDocument): Problem[] {
  const path = [...base, ...(issue.path as KeyPath)];
  const value = valueAt(document.value, path);
  const at = (message: string, where: KeyPath = path): Problem[] => [
    { line: document.lineOf(where), key: keyName(where), message },
  ];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.flatMap((key) => at(unknownKey(key, path), [...path, key]));
  }
  if (issue.code === 'invalid_union') {
    if ('options' in issue && Array.isArray(issue.options)) return at(notOneOf(issue.options, value));
    // A secret written as a map by mistake would be one of its keys.
    if (isSecret(path))
      return at(value === undefined ? 'is missing' : 'must be a text in quotes or { file: PATH }');
    const branch = branchMeant(issue.errors, value);
    if (branch !== undefined) return branch.flatMap((inner) => problemsOf(inner, path, document));
    return value === undefined ? at('is missing') : at(`must be ${alternatives(issue.errors)}`);
  }
  if (value === undefined && path.length > 0 && issue.code !== 'custom') return at('is missing');
  switch (issue.code) {
    case 'invalid_type':
      return at(wrongType(issue.expected, value));
    case 'invalid_value':
      return at(notOneOf(issue.values, value));
    case 'too_small':
      if (issue.origin === 'string' || issue.origin === 'array') return at('must not be empty');
      return at(`must be at least ${issue.minimum}`);
    case 'too_big':
      return at(`must be at most ${issue.maximum}`);
    case 'custom':
      return at(issue.message);
    default:
      return at('is not valid');
  }
}

/** Keys of earlier versions. */
const GONE: Record<string, string> = {
  'admin.auth': 'has become admin.users; `mamori password` makes the hash of a password',
};

function unknownKey(key: string, path: KeyPath): string {
  const gone = GONE[[...path, key].join('.')];
  if (gone !== undefined) return gone;
  const near = nearest(key, keysAt(path));
  if (near !== undefined) return `is not a key of the settings; did you mean ${near}?`;
  const elsewhere = keyAlternatives(key);
  return `is not a key of the settings${elsewhere === undefined ? '' : `; did you mean ${elsewhere}?`}`;
}

function notOneOf(values: readonly unknown[], value: unknown): string {
  const names = values.map(String);
  const near = typeof value === 'string' ? nearest(value, names) : undefined;
  const sentence = value === undefined ? 'is missing; it is one of' : 'must be one of';
  return `${sentence} ${names.join(', ')}${near === undefined ? '' : `; did you mean ${near}?`}`;
}

const TYPES: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
};

function wrongType(expected: string, value: unknown): string {
  const is = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
  const quotes = expected === 'string' && (is === 'number' || is === 'boolean') ? '; put it in quotes' : '';
  return `must be ${TYPES[expected] ?? expected}, not ${TYPES[is] ?? is}${quotes}`;
}

/** Of a union's ways to read a value, the one that got past the outermost type: its issues are worth telling. */
function branchMeant(errors: readonly Issue[][], value: unknown): Issue[] | undefined {
  return (
    errors.find((issues) =>
      issues.every(
        ({ code, path }) => path.length > 0 || code === 'unrecognized_keys' || code === 'too_small',
      ),
    ) ??
    (typeof value === 'object'
      ? errors.find((issues) => issues.some(({ path }) => path.length > 0))
      : undefined)
  );
}

function alternatives(errors: readonly Issue[][]): string {
  const names = errors.flat().map((issue) => {
    if (issue.code === 'invalid_type') return TYPES[issue.expected] ?? issue.expected;
    return issue.code === 'invalid_value' ? issue.values.join(', ') : 'something else';
  });
  return [...new Set(names)].filter((name) => name !== 'false').join(' or ');
}

/** What no single key shows. Looks at raw values, so that it is found together with other problems. */
function crossChecks(document: SettingsDocument, folder: string): Problem[] {
  const problems: Problem[] = [];
  const has = (...path: string[]) => valueAt(document.value, path) !== undefined;
  const report = (path: KeyPath, message: string) =>
    problems.push({ line: document.lineOf(path), key: keyName(path), message });

  if (!has('pacs', 'url')) {
    const roots = ['qidoUrl', 'wadoUrl', 'stowUrl'];
    const missing = roots.filter((root) => !has('pacs', root));
    if (missing.length === roots.length) report(['pacs', 'url'], 'is missing: the DICOMweb root of the PACS');
    else for (const root of missing) report(['pacs', root], 'is missing, and there is no pacs.url');
  }
  for (const tls of [
    ['pacs', 'tls'],
    ['ledger', 'tls'],
    ['audit', 'syslog', 'tls'],
  ]) {
    if (has(...tls, 'cert') && !has(...tls, 'key'))
      report([...tls, 'key'], `is missing: ${keyName([...tls, 'cert'])} needs it`);
    if (has(...tls, 'key') && !has(...tls, 'cert'))
      report([...tls, 'cert'], `is missing: ${keyName([...tls, 'key'])} needs it`);
    for (const name of ['ca', 'cert', 'key']) {
      const file = valueAt(document.value, [...tls, name]);
      const why = whyUnreadable(file, folder);
      if (why !== undefined) report([...tls, name], why);
    }
  }
  for (const path of [
    ['notify', 'webhook', 'ca'],
    ['notify', 'email', 'ca'],
  ]) {
    const why = whyUnreadable(valueAt(document.value, path), folder);
    if (why !== undefined) report(path, why);
  }
  problems.push(...adminChecks(document, folder));
  return problems;
}

/** Whoever can reach the status page from elsewhere must sign in, and by https. */
function adminChecks(document: SettingsDocument, folder: string): Problem[] {
  const problems: Problem[] = [];
  const value = (...path: string[]) => valueAt(document.value, ['admin', ...path]);
  const report = (path: string[], message: string) => {
    const key = ['admin', ...path];
    problems.push({ line: document.lineOf(key), key: keyName(key), message });
  };
  for (const name of ['cert', 'key']) {
    const why = whyUnreadable(value('tls', name), folder);
    if (why !== undefined) report(['tls', name], why);
  }
  const users = value('users');
  const names = Array.isArray(users) ? users.map((user) => String(valueAt(user, ['name']))) : [];
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) report(['users'], `names ${twice} twice`);
  const issuer = value('oidc', 'issuer');
  if (
    typeof issuer === 'string' &&
    issuer.startsWith('http:') &&
    !isLoopback(URL.canParse(issuer) ? new URL(issuer).hostname : '')
  )
    report(['oidc', 'issuer'], 'must begin with https://, unless it is on this machine');

  const listen = value('listen');
  if (listen === 'off' || listen === false) return problems;
  const match = typeof listen === 'string' ? LISTEN.exec(listen) : null;
  const isHere = match === null || isLoopback(match[1] ?? match[2]!);
  const isNobodyKnown = names.length === 0 && value('oidc') === undefined;
  const openTo = 'lets others than this machine come in, and there are no admin.users and no admin.oidc';
  if (isHere) {
    if (isNobodyKnown && value('proxy') !== undefined) report(['proxy'], openTo);
    return problems;
  }
  if (isNobodyKnown) report(['listen'], openTo);
  else if (value('tls') === undefined && value('proxy') === undefined && value('plainHttp') !== true)
    report(
      ['listen'],
      'sends passwords in the clear: give admin.tls, or say with admin.proxy what does https',
    );
  return problems;
}
