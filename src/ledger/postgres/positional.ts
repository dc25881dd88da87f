import type { QueryConfig } from 'pg';

interface Positional {
  text: string;
  names: readonly string[];
}

const KNOWN = new Map<string, Positional>();

/** `:name`, but not the `::type` of a cast. */
const NAME = /(?<![:\w]):([a-z]\w*)/gi;

/**
 * Statements name their values, so that they can be read; PostgreSQL counts them.
 *
 * @throws Error for a name without a value
 */
export function positional(sql: string, bindings: object): QueryConfig {
  let known = KNOWN.get(sql);
  if (known === undefined) {
    const names: string[] = [];
    const text = sql.replace(NAME, (_, name: string) => {
      if (!names.includes(name)) names.push(name);
      return `$${names.indexOf(name) + 1}`;
    });
    known = { text, names };
    KNOWN.set(sql, known);
  }
  const values = known.names.map((name) => {
    const value: unknown = (bindings as Record<string, unknown>)[name];
    if (value === undefined) throw new Error(`The statement has no value for :${name}`);
    return Array.isArray(value) ? value.map(storable) : storable(value);
  });
  return { text: known.text, values };
}

/** Without the one character that PostgreSQL's texts cannot hold. */
function storable(value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\0', '') : value;
}
