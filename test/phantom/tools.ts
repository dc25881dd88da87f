import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Lines in which dciodvfy complains; `kind` Error, or Warning too. */
export function dciodvfy(bytes: Uint8Array, kind: RegExp = /^Error/): string[] {
  return inScratch(bytes, (file) => {
    const { stderr, stdout } = spawnSync('dciodvfy', ['-new', file], { encoding: 'utf8' });
    return `${stderr}\n${stdout}`.split('\n').filter((line) => kind.test(line));
  });
}

/** The file as one of dcmtk's programs writes it again. */
export function convertedBy(program: string, bytes: Uint8Array, options: string[] = []): Uint8Array {
  return inScratch(bytes, (file) => {
    execFileSync(program, [...options, file, `${file}.out`], { stdio: 'pipe' });
    return new Uint8Array(readFileSync(`${file}.out`));
  });
}

function inScratch<T>(bytes: Uint8Array, work: (file: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'mamori-made-'));
  try {
    const file = join(directory, 'made.dcm');
    writeFileSync(file, bytes);
    return work(file);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
