import { basename } from 'node:path';
import type { CompleteAnswers } from './importQuestions.js';

/** The options of `mamori model import` by what they answer, in the order in which a card has them. */
const OPTIONS: readonly [option: string, key: keyof CompleteAnswers][] = [
  ['--name', 'name'],
  ['--model-version', 'modelVersion'],
  ['--manufacturer', 'manufacturer'],
  ['--purpose', 'purpose'],
  ['--limit', 'limit'],
  ['--caution', 'caution'],
  ['--concept', 'concept'],
  ['--negative', 'negative'],
  ['--positive', 'positive'],
  ['--data-description', 'dataDescription'],
  ['--licence', 'licence'],
  ['--attribution', 'attribution'],
  ['--terms', 'terms'],
  ['--layout', 'layout'],
  ['--rows', 'rows'],
  ['--columns', 'columns'],
  ['--channels', 'channels'],
  ['--white', 'white'],
  ['--mean', 'mean'],
  ['--deviation', 'deviation'],
  ['--crop', 'crop'],
  ['--orient', 'orient'],
  ['--clahe', 'clahe'],
  ['--preparation', 'preparation'],
  ['--output', 'output'],
  ['--meaning', 'meaning'],
  ['--positive-index', 'positiveIndex'],
  ['--target-layer', 'targetLayer'],
  ['--explanation', 'explanation'],
  ['--calibrate', 'calibrate'],
  ['--labels', 'labels'],
  ['--seed', 'seed'],
];
/** Of these the name is kept and not the place on this machine. */
const PATHS: ReadonlySet<keyof CompleteAnswers> = new Set(['preparation', 'calibrate', 'labels']);

/**
 * The whole command that does an import again, with what was answered on a terminal: without paths of this machine, in
 * printable ASCII, as a bundle's texts are.
 */
export function importProcedure(file: string, answers: CompleteAnswers): string {
  const said = OPTIONS.flatMap(([option, key]) => {
    const value = answers[key];
    if (value === undefined) return [];
    const values = Array.isArray(value) && key === 'limit' ? value : [value];
    return [option, ...values.map((one) => quoted(PATHS.has(key) ? basename(String(one)) : String(one)))];
  });
  return ['mamori model import', quoted(basename(file)), '--out BUNDLE', ...said].join(' ');
}

/** As a POSIX shell takes it for one word. */
function quoted(text: string): string {
  const plain = text.replace(/[^\x20-\x7e]/g, '?');
  return /^[\w@%+=:,./-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", "'\\''")}'`;
}
