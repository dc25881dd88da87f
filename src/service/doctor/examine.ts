import { loadSettings, type Settings, SettingsError } from '../../config/index.js';
import { countText } from '../../countText.js';
import { MamoriError } from '../../errors.js';
import { CHECKS } from './checks/index.js';
import { type Check, type CheckResult, failure, ok, skipped } from './types.js';
import { Visit } from './visit.js';

/** A result with the name of its check. */
export interface NamedResult extends CheckResult {
  check: string;
}

export interface ExamineOptions {
  /** Also store an object in the PACS, which says of itself that it is a test, read it back, and remove it. */
  write: boolean;
  /** Also send a message that says of itself that it is a test, on every way that the settings name. */
  notify?: boolean;
  /** Hears of each result as it comes. */
  onResult?: (result: NamedResult) => void;
  env?: NodeJS.ProcessEnv;
}

const SETTINGS = 'settings';
/** In place of every other check, where the settings cannot be used. */
const THE_OTHERS = 'all others';

/**
 * Asks every check in turn.
 *
 * @param file the settings file. Where it cannot be used, that is the one failure and everything else is skipped
 */
export async function examine(file: string, options: ExamineOptions): Promise<NamedResult[]> {
  const results: NamedResult[] = [];
  const add = (check: string, result: CheckResult) => {
    results.push({ check, ...result });
    options.onResult?.({ check, ...result });
  };
  let settings: Settings | undefined;
  try {
    settings = loadSettings(file, options.env);
    add(SETTINGS, ok(file));
  } catch (error) {
    add(SETTINGS, failed(error));
  }
  if (settings === undefined) {
    add(THE_OTHERS, skipped(`${countText(CHECKS.length, 'check')}, which mean nothing without settings`));
    return results;
  }
  const visit = new Visit(settings, { write: options.write, notify: options.notify === true });
  const blocked = new Map<string, CheckResult>();
  try {
    for (const check of CHECKS) {
      const result = await outcomeOf(check, visit, blocked);
      if (result.state === 'failure' || result.state === 'skipped') blocked.set(check.name, result);
      add(check.name, result);
    }
  } finally {
    await visit.close();
  }
  return results;
}

async function outcomeOf(
  check: Check,
  visit: Visit,
  blocked: ReadonlyMap<string, CheckResult>,
): Promise<CheckResult> {
  const missing = check.needs.find((name) => blocked.has(name));
  const { state, says } = (missing !== undefined && blocked.get(missing)) || {};
  if (state === 'failure') return skipped(`means nothing before ${missing} is ok`);
  // What the other takes, this one takes, too.
  if (state === 'skipped') return skipped(says ?? '');
  try {
    return await check.run(visit);
  } catch (error) {
    return failed(error);
  }
}

/** Foreign errors may quote what they choked on; their kind is enough. */
function failed(error: unknown): CheckResult {
  if (error instanceof SettingsError) {
    const lines = error.problems.map(
      ({ line, key, message }) => `line ${line}: ${key === '' ? '' : `${key} `}${message}`,
    );
    return failure(lines.join('; '), ...(error.remedy === undefined ? [] : [error.remedy]));
  }
  if (error instanceof MamoriError)
    return failure(error.message.replace(/\s*\n\s*/g, ' '), error.remedy ?? 'See the documentation.');
  const kind = error instanceof Error ? error.name : typeof error;
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return failure(`Unexpected ${kind}${typeof code === 'string' ? ` (${code})` : ''}.`, 'Please report this.');
}
