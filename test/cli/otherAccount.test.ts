import { spawnSync } from 'node:child_process';
import { chownSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { mamori } from '../mamori.js';
import { smallBundle } from '../model/bundles.js';
import { needs } from '../parts.js';
import { scratchFolder } from '../scratch.js';

const SETPRIV = '/usr/bin/setpriv';

/** Settings whose ledger lies in a folder that is there. */
async function settingsFor(folder: string): Promise<string> {
  const { directory } = await smallBundle();
  const file = join(scratchFolder('other-account'), 'mamori.yaml');
  writeFileSync(
    file,
    `pacs: { url: "http://127.0.0.1:9/dicom-web" }
model: { bundle: ${JSON.stringify(directory)}, engine: onnxruntime, device: cpu }
ledger: { url: "sqlite:${folder}/mamori.db" }
admin: { listen: off }
`,
  );
  return file;
}

describe('Root, where the ledger’s folder is another account’s', function () {
  this.timeout(60_000);

  before(function () {
    if (process.getuid?.() !== 0) this.skip();
  });

  it('is told to act as that account, and makes nothing that it could not go on with', async () => {
    const folder = scratchFolder('other-account');
    chownSync(folder, 1, 1);
    const file = await settingsFor(folder);
    for (const command of [['once'], ['process', '1.2.3']]) {
      const { code, err } = await mamori(...command, '-c', file);
      expect(code, command[0]).to.equal(2);
      expect(err, command[0]).to.include('runuser -u daemon -- mamori');
    }
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('is told so by its number where it has no name here: it is a container’s, or a directory service’s', async () => {
    const folder = scratchFolder('other-account');
    chownSync(folder, 4711, 4711);
    const { err } = await mamori('once', '-c', await settingsFor(folder));
    expect(err).to.include('setpriv --reuid 4711 --clear-groups mamori');
  });

  it('is told a command that takes a number for an account', function () {
    needs(this, SETPRIV);
    const asAccount = spawnSync(SETPRIV, ['--reuid', '4711', '--clear-groups', '/usr/bin/id', '-u'], {
      encoding: 'utf8',
    });
    expect(asAccount.stdout).to.equal('4711\n');
  });
});

describe('mamori doctor --write', function () {
  this.timeout(60_000);

  it('tells of every check, also where what it does cannot be noted', async () => {
    const file = await settingsFor('/proc');
    const { code, out } = await mamori('doctor', '-c', file, '--write');
    expect(code).to.equal(1);
    expect(out)
      .to.match(/^failure {2}disk /m)
      .and.match(/^failure {2}audit /m);
    expect(out).to.match(/^failure {2}port /m);
    expect(out).to.match(/^skipped {2}store /m);
  });
});
