import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Bundle } from '../../src/model/index.js';
import { mountSmallDisk } from '../fixtures/smallDisk.js';
import { smallBundle } from '../model/bundles.js';
import { scratchFolder } from '../scratch.js';

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

describe('the demo and its files', function () {
  this.timeout(60_000);
  let bundle: Bundle;
  let temporary: string;
  before(async () => {
    bundle = await smallBundle();
  });
  beforeEach(() => {
    temporary = scratchFolder('demo-test');
  });

  function demo(...args: string[]): ChildProcess {
    const given = [MAIN, 'demo', '--model', bundle.directory, ...args];
    return spawn(process.execPath, given, { env: { PATH: process.env.PATH, TMPDIR: temporary } });
  }

  /** Waits for a text on stdout. */
  async function says(child: ChildProcess, text: string): Promise<string> {
    let said = '';
    for await (const [chunk] of streamOf(child)) {
      said += chunk;
      if (said.includes(text)) return said;
    }
    throw new Error(`The demo ended without “${text}”: ${said}`);
  }

  async function* streamOf(child: ChildProcess): AsyncGenerator<[string]> {
    for await (const chunk of child.stdout!.iterator({ destroyOnReturn: false })) yield [String(chunk)];
  }

  async function exitCode(child: ChildProcess): Promise<number | null> {
    child.stdout!.resume();
    return child.exitCode ?? (await once(child, 'exit'))[0];
  }

  it('leaves nothing behind when it ends by itself, and says how to keep the results', async () => {
    const child = demo('--once');
    await says(child, '--keep FOLDER');
    expect(await exitCode(child)).to.equal(0);
    expect(readdirSync(temporary)).to.deep.equal([]);
  });

  it('shows its files while it is up, and keeps only those that it was asked to keep after Ctrl-C', async () => {
    const kept = join(temporary, 'kept', 'here');
    const child = demo('--keep', kept);
    const said = await says(child, 'Status page:');
    const files = said.match(/^ {2}\/.*$/gm)!.map((line) => line.trim());
    expect(files).to.include(join(kept, 'tid1500.dcm')).and.include(join(kept, 'LCC-1.png'));
    child.kill('SIGINT');
    expect(await exitCode(child)).to.equal(0);
    for (const file of files) expect(existsSync(file), file).to.equal(true);
    expect(readdirSync(temporary)).to.deep.equal(['kept']);
  });

  it('says at once that nothing can be kept in a folder that cannot be made', async function () {
    if (!existsSync('/proc')) this.skip();
    const child = demo('--once', '--keep', '/proc/kept/here');
    let err = '';
    child.stderr!.on('data', (chunk) => {
      err += chunk;
    });
    expect(await exitCode(child)).to.equal(1);
    expect(err).to.match(
      /^The results cannot be written to \/proc\/kept\/here \(ENOENT: no such file or directory\)/,
    );
    expect(readdirSync(temporary)).to.deep.equal([]);
  });

  it('keeps nothing among files of something else, and says so at once', async () => {
    const kept = join(temporary, 'kept');
    mkdirSync(kept);
    writeFileSync(join(kept, 'tid1500.dcm'), 'whose?');
    const child = demo('--once', '--keep', kept);
    const err = text(child.stderr!);
    expect(await exitCode(child)).to.equal(2);
    expect(await err).to.match(
      / holds tid1500\.dcm, which is not a result of study .*\.\nName another folder/,
    );
    expect(readdirSync(kept)).to.deep.equal(['tid1500.dcm']);
  });

  it('names a disk that fills up, and leaves no cut file there', async function () {
    const disk = mountSmallDisk(join(temporary, 'disk'), 300, this);
    try {
      const child = demo('--once', '--keep', disk.folder);
      const err = text(child.stderr!);
      expect(await exitCode(child)).to.equal(1);
      expect(await err).to.match(
        /^The results cannot be written to .*disk \(ENOSPC: no space left on device\)\.\nName a folder/,
      );
      expect(readdirSync(disk.folder)).to.deep.equal([]);
    } finally {
      disk.unmount();
    }
  });

  it('leaves nothing behind either when it is stopped in the middle', async () => {
    const child = demo();
    await says(child, 'A DICOMweb archive listens');
    expect(readdirSync(temporary)).to.have.length(1);
    child.kill('SIGTERM');
    expect(await exitCode(child)).to.equal(1);
    expect(readdirSync(temporary)).to.deep.equal([]);
  });
});
