// Brings the checkout to where `node dist/src/cli/main.js` runs: dependencies as the lock file says, sources compiled.
// Both are skipped when nothing changed, so that `npm run mamori -- …` stays quick.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Mamori needs Node 20.19 or later (20, 22 or 24); this is ${process.versions.node}.`);
  process.exit(2);
}

function run(what, command, args) {
  console.error(what);
  const windows = process.platform === 'win32';
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], shell: windows });
  if (status !== 0) {
    console.error(`Failed: ${command} ${args.join(' ')}${error ? ` (${error.message})` : ''}`);
    process.exit(status ?? 1);
  }
}

const stampOf = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');

const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');
const installStamp = join(root, 'node_modules', '.installed-for-lock');
if (stampOf(installStamp) !== lock) {
  // An addon placed by hand (TensorFlow, see docs) lives outside node_modules or is put back by its script.
  run('Installing the dependencies …', 'npm', [
    'ci',
    '--include=dev',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]);
  writeFileSync(installStamp, lock);
}

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

const sources = ['src', 'test', 'bench', 'proof'].flatMap((folder) => [...filesBelow(join(root, folder))]);
const state = createHash('sha256')
  .update(lock)
  .update(stampOf(join(root, 'tsconfig.json')));
for (const file of sources.sort()) {
  const { size, mtimeMs } = statSync(file);
  state.update(`${file}\0${size}\0${mtimeMs}\n`);
}
const fingerprint = state.digest('hex');
const buildStamp = join(root, 'dist', '.built-from');
if (stampOf(buildStamp) !== fingerprint) {
  // A file that is gone from the sources must be gone from what runs, tests included.
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  run('Compiling …', 'npm', ['run', '--silent', 'build']);
  writeFileSync(buildStamp, fingerprint);
}
