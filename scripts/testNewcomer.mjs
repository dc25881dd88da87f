// The tests as they run on a machine with nothing but Node: no native TensorFlow, none of the parts that
// scripts/testParts.mjs installs. What needs them is skipped; everything else must pass, in plain JavaScript.
// Arguments go to mocha in place of all tests.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const bare = mkdtempSync(join(tmpdir(), 'mamori-newcomer-'));
symlinkSync(process.execPath, join(bare, 'node'));
const { CI: _, NODE_PATH: __, ...env } = process.env;
const specs =
  process.argv.length > 2 ? process.argv.slice(2) : ['--parallel', '--jobs', '2', 'dist/test/**/*.test.js'];
try {
  const { status } = spawnSync(process.execPath, ['node_modules/mocha/bin/mocha.js', ...specs], {
    stdio: 'inherit',
    env: { ...env, PATH: bare, MAMORI_TENSORFLOW: bare, MAMORI_TEST_WITHOUT_PARTS: '1' },
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(bare, { recursive: true, force: true });
}
