import { readdirSync, readFileSync } from 'node:fs';
import { arch, cpus, homedir, hostname, platform, release, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getSystemErrorMap } from 'node:util';
import { type Settings, settingsByKey } from '../config/index.js';

/** This program, as it is installed. */
const PROGRAM = fileURLToPath(new URL('..', import.meta.url));

let programText: string | undefined;

/**
 * All that Mamori itself can say: its own text, read when it is first asked for. Whoever reads a log has it, too.
 *
 * @returns in small letters
 */
export function ownText(): string {
  programText ??= [
    ...[...getSystemErrorMap().values()].flat(),
    ...textFiles(PROGRAM).map((file) => readFileSync(file, 'utf8')),
  ]
    .join('\n')
    .toLowerCase();
  return programText;
}

/**
 * What is said of this machine, of the model and of the settings without their secrets: names that others know as well.
 *
 * @returns in small letters
 */
export function namesHere(settings: Settings): string {
  const { values } = settingsByKey(settings);
  return [
    ...[...values].flat(),
    ...[platform(), arch(), release(), hostname(), homedir(), userName(), process.cwd(), process.version],
    ...cpus().map(({ model }) => model),
    ...process.argv,
    Intl.DateTimeFormat().resolvedOptions().timeZone,
    textOf(join(settings.model.bundle, 'bundle.json')),
  ]
    .join('\n')
    .toLowerCase();
}

function textFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(js|html|css)$/.test(name))
    .map((name) => join(folder, name));
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}
