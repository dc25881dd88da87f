// CycloneDX's JSON schemas, which a test holds the bill of materials against, out of the npm package of its library
// into .cache/cyclonedx. No dependency, as it would bring a compiler's work with it. Ends with 3 where it cannot be
// fetched.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const VERSION = '10.3.0';
const NOT_FETCHED = 3;
const folder = `.cache/cyclonedx/${VERSION}`;

if (!existsSync(folder)) process.exit(install());

function install() {
  mkdirSync('.cache/cyclonedx', { recursive: true });
  const draft = mkdtempSync('.cache/cyclonedx/draft-');
  try {
    const packed = spawnSync(
      'npm',
      ['pack', `@cyclonedx/cyclonedx-library@${VERSION}`, '--silent', '--pack-destination', draft],
      { encoding: 'utf8' },
    );
    if (packed.status !== 0) {
      console.error(`CycloneDX's schemas cannot be fetched here: ${packed.stderr.trim().slice(-500)}`);
      return NOT_FETCHED;
    }
    const unpacked = spawnSync('tar', ['xzf', join(draft, packed.stdout.trim()), '-C', draft], {
      stdio: 'inherit',
    });
    if (unpacked.status !== 0) return 1;
    renameSync(join(draft, 'package/res/schema'), folder);
    return 0;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}
