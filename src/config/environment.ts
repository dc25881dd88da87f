/**
 * `${NAME}` in a settings file.
 *
 * A plain `${NAME}` inside `{ … }` is not YAML: braces end a plain scalar there. So before the file is parsed each
 * reference is marked with characters from Unicode's private use area, one for one, which keeps every position;
 * after parsing, the marks in each string give way to the variable's value. A value is therefore never parsed as
 * YAML, whatever characters a password holds.
 */

const DOLLAR = '\uE000';
const OPEN = '\uE001';
const CLOSE = '\uE002';
const ESCAPE = '\uE003';

const REFERENCE = /(\$?)\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;
const MARKED = /(\uE003?)\uE000\uE001([A-Za-z_][A-Za-z0-9_]*)\uE002/g;

/** True when the text holds characters that the marking needs for itself. */
export function holdsMarks(text: string): boolean {
  return /[\uE000-\uE003]/.test(text);
}

/** The text with its `${NAME}` marked; same length, same lines. */
export function markReferences(text: string): string {
  return text.replace(
    REFERENCE,
    (_, escaped: string, name: string) => `${escaped === '' ? '' : ESCAPE}${DOLLAR}${OPEN}${name}${CLOSE}`,
  );
}

/** The text as the file has it, for messages. */
export function unmark(text: string): string {
  return text.replace(MARKED, (_, escaped: string, name: string) => `${escaped && '$'}\${${name}}`);
}

export interface Expansion {
  value: string;
  /** Whether a variable's value is part of it. */
  expanded: boolean;
  /** Variables that the environment lacks. */
  missing: string[];
  /** A `${` that starts no variable's name and is not escaped as `$${`. */
  malformed: boolean;
}

/** Puts variables' values in place of marks; `$${NAME}` becomes a literal `${NAME}`. */
export function expand(text: string, env: NodeJS.ProcessEnv): Expansion {
  const missing: string[] = [];
  let expanded = false;
  const malformed = /(^|[^$])\$\{/.test(text);
  const value = text.replace(/\$\$\{/g, '${').replace(MARKED, (_, escaped: string, name: string) => {
    if (escaped !== '') return `\${${name}}`;
    expanded = true;
    const found = env[name];
    if (found === undefined) missing.push(name);
    return found ?? '';
  });
  return { value, expanded, missing, malformed };
}
