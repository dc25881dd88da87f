import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { unreadable } from './fileRights.js';
import { type KeyPath, keyName, type Problem } from './problem.js';
import { SECRETS } from './secretKey.js';
import type { Settings } from './settingsSchema.js';
import { replaceAt, valueAt } from './value.js';
import type { SettingsDocument } from './yamlDocument.js';

/** Puts the content of `{ file: PATH }` where a secret is written so; a line end at the end does not count. */
export function readSecretFiles(document: SettingsDocument, folder: string): Problem[] {
  const problems: Problem[] = [];
  for (const path of secretsIn(document.value)) {
    const file = valueAt(document.value, [...path, 'file']);
    if (typeof file !== 'string' || file === '') continue;
    const report = (message: string) =>
      problems.push({ line: document.lineOf([...path, 'file']), key: keyName([...path, 'file']), message });
    try {
      const content = readFileSync(resolve(folder, file), 'utf8').replace(/\r?\n$/, '');
      if (content === '') report('names an empty file');
      else replaceAt(document.value, path, content);
    } catch (error) {
      report(unreadable(error));
    }
  }
  return problems;
}

/** Every secret in the settings: what no log line may show, by the key that holds it. */
export function secretsByKey(settings: Settings): { key: string; value: string }[] {
  return secretsIn(settings).flatMap((path) => {
    const value = valueAt(settings, path);
    return typeof value === 'string' ? [{ key: keyName(path), value }] : [];
  });
}

/** Every path at which these settings may hold a secret: `*` becomes the keys that are there. */
function secretsIn(settings: unknown): KeyPath[] {
  return SECRETS.flatMap((secret) => {
    const star = secret.indexOf('*');
    if (star === -1) return [secret];
    const [map, below] = [secret.slice(0, star), secret.slice(star + 1)];
    const found = valueAt(settings, map);
    const keys = typeof found === 'object' && found !== null ? Object.keys(found) : [];
    return keys.map((key) => [...map, key, ...below]);
  });
}
