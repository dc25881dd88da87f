// Brings the checkout to where `node dist/src/cli/main.js` runs: dependencies as the lock file says, sources compiled.
// Both are skipped when nothing changed, also where `npm ci` and `npm run build` did it: so `npm run mamori -- …` stays
// quick, and works for an account that may not write here. With --built, as `npm run build` ends, it only notes from
// which sources dist was compiled.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** As `engines` in package.json says: which minor version of each major one is the first. */
const FIRST_MINOR = { 20: 19, 22: 12, 24: 0 };
const [major, minor] = process.versions.node.split('.').map(Number);
if (!(minor >= FIRST_MINOR[major])) {
  console.error(
    `Mamori needs Node 20.19, 22.12 or 24, or a later one of these; this is ${process.versions.node}.`,
  );
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

const textOf = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');
const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');

/**
 * Whether npm's own list of what it installed has what the lock file says, less what is for other systems. More may be
 * there: a native TensorFlow that somebody added with `npm install --no-save` would be taken away again.
 */
function isInstalled() {
  const list = textOf(join(root, 'node_modules', '.package-lock.json'));
  if (list === '') return false;
  const { packages: installed } = JSON.parse(list);
  const { packages: wanted } = JSON.parse(lock);
  return Object.entries(wanted)
    .filter(([path]) => path.startsWith('node_modules/'))
    .every(([path, { version, integrity, optional }]) => {
      const found = installed[path];
      return found === undefined
        ? optional === true
        : found.version === version && found.integrity === integrity;
    });
}

const isBuildsEnd = process.argv.includes('--built');
if (!isBuildsEnd && !isInstalled()) {
  // An addon placed by hand (TensorFlow, see docs) lives outside node_modules or is put back by its script.
  run('Installing the dependencies …', 'npm', [
    'ci',
    '--include=dev',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]);
}

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

const folders = ['src', 'test', 'bench', 'proof'];
const sources = folders.flatMap((folder) => [...filesBelow(join(root, folder))]);
const state = createHash('sha256')
  .update(lock)
  .update(textOf(join(root, 'tsconfig.json')));
for (const file of sources.sort()) {
  const { size, mtimeMs } = statSync(file);
  state.update(`${file}\0${size}\0${mtimeMs}\n`);
}
const fingerprint = state.digest('hex');
const dist = join(root, 'dist');
const buildStamp = join(dist, '.built-from');
// A file that is gone from the sources must be gone from what runs, tests included.
if (isBuildsEnd) {
  const known = new Set(sources);
  for (const folder of folders.filter((name) => existsSync(join(dist, name))))
    for (const file of filesBelow(join(dist, folder)))
      if (file.endsWith('.js') && !known.has(join(root, relative(dist, file)).replace(/js$/, 'ts')))
        rmSync(file);
  writeFileSync(buildStamp, fingerprint);
} else if (textOf(buildStamp) !== fingerprint) {
  rmSync(dist, { recursive: true, force: true });
  run('Compiling …', 'npm', ['run', '--silent', 'build']);
}
