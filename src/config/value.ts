import type { KeyPath } from './problem.js';

/** What stands at a path of nested maps and lists; undefined where the path leads nowhere. */
export function valueAt(root: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    return (value as Record<string | number, unknown>)[key];
  }, root);
}

/** Replaces what stands at a path that is there. */
export function replaceAt(root: unknown, path: KeyPath, replacement: unknown): void {
  const parent = valueAt(root, path.slice(0, -1)) as Record<string | number, unknown>;
  parent[path[path.length - 1]!] = replacement;
}
