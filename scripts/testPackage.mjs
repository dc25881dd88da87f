// Whether the one file of `npm run package` installs without any registry, into an empty folder, and works there.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = mkdtempSync(join(tmpdir(), 'mamori-installed-'));
// An empty home has no cache, and nothing listens on the discard port.
const env = { PATH: process.env.PATH, HOME: folder, npm_config_registry: 'http://127.0.0.1:9/' };
const run = (command, args) => {
  console.log(`${command} ${args.join(' ')}`);
  execFileSync(command, args, { cwd: folder, env, stdio: 'inherit' });
};
try {
  execFileSync(process.execPath, [join(root, 'scripts/makePackage.mjs')], { stdio: 'inherit' });
  const file = readdirSync(join(root, 'out')).find((name) => /^mamori-.*\.tgz$/.test(name));
  run('npm', ['install', '--offline', join(root, 'out', file)]);
  const mamori = join(folder, 'node_modules/.bin/mamori');
  run(mamori, ['--version']);
  run(mamori, ['demo', '--once']);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
