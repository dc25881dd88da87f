// OHIF, the viewer that tests and the pictures in docs use, out of its npm package into .cache/ohif: 48 MB, 200 MB
// unpacked. No dependency, so that nobody fetches it who only runs Mamori. Ends with 3 where it cannot be fetched.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Hanging protocols differ from release to release: what the docs say holds for this one. */
const VERSION = '3.12.10';
const NOT_FETCHED = 3;
const folder = `.cache/ohif/${VERSION}`;

if (!existsSync(`${folder}/dist/index.html`)) process.exit(install());

function install() {
  mkdirSync('.cache/ohif', { recursive: true });
  const draft = mkdtempSync('.cache/ohif/draft-');
  try {
    console.error(`Fetching OHIF ${VERSION} …`);
    const packed = spawnSync(
      'npm',
      ['pack', `@ohif/app@${VERSION}`, '--silent', '--pack-destination', draft],
      {
        encoding: 'utf8',
        shell: process.platform === 'win32',
      },
    );
    if (packed.status !== 0) {
      console.error(`OHIF cannot be fetched here: ${packed.stderr.trim().slice(-500)}`);
      return NOT_FETCHED;
    }
    const unpacked = spawnSync('tar', ['xzf', join(draft, packed.stdout.trim()), '-C', draft], {
      stdio: 'inherit',
    });
    if (unpacked.status !== 0) return 1;
    rmSync(folder, { recursive: true, force: true });
    renameSync(join(draft, 'package'), folder);
    return 0;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}
