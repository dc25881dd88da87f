import { MamoriError } from '../errors.js';
import { withoutSecret } from './secretKey.js';

/** Where in the settings: `['pacs', 'auth', 'password']`; numbers are positions in a list, counted from 0. */
export type KeyPath = readonly (string | number)[];

/** One thing that is wrong in a settings file. */
export interface Problem {
  /** Line in the file, counted from 1. */
  line: number;
  /** Key path as a person writes it, `outputs.reports[0]`; empty for the file as a whole. */
  key: string;
  /** What is wrong; never a value from the file or the environment, which could be a secret. */
  message: string;
  /** The environment variable that it wants and does not find. */
  variable?: string | undefined;
}

/** There is no settings file of this name, or it may not be read. */
export class SettingsFileError extends MamoriError<'settings-unreadable'> {}

/** The settings cannot be used. Names every problem at once, in the order of the file. */
export class SettingsError extends MamoriError<'settings-invalid'> {
  /** The settings file as it was given. */
  readonly file: string;
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    const inOrder = [...problems].sort((a, b) => a.line - b.line);
    const lines = inOrder.map(
      ({ line, key, message }) => `  line ${line}: ${key === '' ? '' : `${key} `}${message}`,
    );
    const count = inOrder.length === 1 ? 'one problem' : `${inOrder.length} problems`;
    super('settings-invalid', `${file} has ${count}:\n${lines.join('\n')}`, {
      remedy: remedyFor(inOrder),
    });
    this.file = file;
    this.problems = inOrder;
  }
}

function remedyFor(problems: readonly Problem[]): string {
  const variables = [...new Set(problems.flatMap(({ variable }) => variable ?? []))];
  const correct = 'Correct the lines named; config/mamori.example.yaml explains every key.';
  if (variables.length === 0) return correct;
  const set =
    `Set ${variables.join(', ')} where Mamori is started: in the EnvironmentFile of its systemd unit ` +
    '(/etc/mamori/secrets, NAME=value lines), under environment: or env_file: of the service in compose.yaml, ' +
    `or in a shell by: export ${variables[0]}=…`;
  return variables.length === problems.length ? `${set}.` : `${set}. ${correct}`;
}

/** `outputs.reports[0]` for `['outputs', 'reports', 0]`. */
export function keyName(path: KeyPath): string {
  return withoutSecret(path).reduce<string>((name, part) => {
    if (typeof part === 'number') return `${name}[${part}]`;
    return name === '' ? part : `${name}.${part}`;
  }, '');
}
