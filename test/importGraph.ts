import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What is loaded with a compiled file at once, by its import statements: files of ours by path, packages by name. */
export function loadedWith(start: string): { files: ReadonlySet<string>; packages: ReadonlySet<string> } {
  const [files, packages] = [new Set<string>(), new Set<string>()];
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    const text = readFileSync(file, 'utf8');
    for (const [, target] of text.matchAll(/^(?:import|export)\s[^;]*?'([^']+)';/gms)) {
      if (target!.startsWith('.')) visit(join(dirname(file), target!));
      else if (!target!.startsWith('node:')) packages.add(target!);
    }
  };
  visit(start);
  return { files, packages };
}
