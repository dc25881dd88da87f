// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is what settings files hold
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { installedVersion } from '../../src/config/index.js';
import { loadedWith } from '../importGraph.js';
import { MAIN } from '../mamori.js';
import { commandFolder, run } from './commandFolder.js';

describe('mamori', () => {
  const here = commandFolder();

  it('makes no folder where ledger.url is mistyped, whatever the order', async () => {
    const settings = readFileSync(here.config, 'utf8').replace('sqlite:l.db', 'sqlite:mistyped/l.db');
    writeFileSync(here.config, settings);
    for (const order of [['process'], ['support-bundle', '--out', join(here.folder, 'bundle.tgz')]]) {
      const { code, err } = await run([...order, '-c', here.config, '2.25.1']);
      expect(code, err).to.equal(2);
      expect(err).to.contain(join(here.folder, 'mistyped'));
    }
    const dates = ['--from', '2020-01-01', '--to', '2020-01-02'];
    expect((await run(['backfill', '-c', here.config, ...dates])).code).to.equal(2);
    expect(existsSync(join(here.folder, 'mistyped'))).to.equal(false);
  });

  it('goes on when nobody reads its output any more', async () => {
    await here.withExams();
    const child = spawn(process.execPath, [MAIN, 'status', '-c', here.config, '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    let err = '';
    child.stderr.on('data', (text) => {
      err += text;
    });
    const [code] = await once(child, 'close');
    expect(err).not.to.include('EPIPE');
    expect(code).to.equal(3);
  });

  it('loads nothing heavy before it knows the command', () => {
    const { files, packages } = loadedWith(MAIN);
    expect(files.size).to.be.greaterThan(8);
    expect([...packages]).to.deep.equal(['commander']);
    for (const file of files) expect(file).to.match(/\/src\/(cli\/[^/]+|countText|errors|timeText)\.js$/);
  });

  it('doctors: a line for each check, exit code 1 for a failure, 2 for settings that cannot be used', async () => {
    writeFileSync(here.config, 'pacs: { url: "http://127.0.0.1:9/" }\nadmin: { listen: off }\n');
    const failing = await run(['doctor', '-c', here.config]);
    expect(failing.code).to.equal(1);
    expect(failing.out)
      .to.match(/^ok +settings/m)
      .and.match(/^failure +port .*\n +→ Nothing listens there/m);
    expect(failing.out).to.match(/^skipped +login /m);
    const json = await run(['doctor', '-c', here.config, '--json']);
    expect(json.code).to.equal(1);
    expect(JSON.parse(json.out)).to.include({ ok: false });
    writeFileSync(here.config, 'pacs: { ur: "http://127.0.0.1:9/" }\n');
    const unusable = await run(['doctor', '-c', here.config]);
    expect(unusable.code).to.equal(2);
    expect(unusable.out).to.include('did you mean url');
  });

  it('helps, and says its version', async () => {
    const help = await run(['--help']);
    expect(help.code).to.equal(0);
    for (const command of [
      'run',
      'once',
      'process',
      'analyze',
      'status',
      'retry',
      'doctor',
      'train',
      'model',
      'demo',
    ]) {
      expect(help.out).to.match(new RegExp(`^ {2}${command}\\b`, 'm'));
      const own = await run([command, '--help']);
      expect(own.code, command).to.equal(0);
      expect(own.out).to.contain(`Usage: mamori ${command}`);
    }
    expect((await run(['--version'])).out).to.equal(`${installedVersion()}\n`);
  });

  describe('with wrong usage ends with 2, and says what is wrong on stderr', () => {
    const cases: [args: string[], says: RegExp][] = [
      [[], /Usage: mamori/],
      [['retyr'], /Did you mean retry\?/],
      [['status'], /required option '-c, --config <file>'/],
      [['status', '-c', 'CONFIG', '--sate', 'failed'], /unknown option '--sate'[\s\S]*--state/],
      [['status', '-c', 'CONFIG', '--state', 'lost'], /Allowed choices are waiting/],
      [['status', '-c', 'CONFIG', '--limit', '-1'], /whole number/],
      [['status', '-c', 'CONFIG', '--limit', '1e3'], /whole number/],
      [['status', '-c', 'CONFIG', '--limit', '99999999999'], /whole number/],
      [['retry', '-c', 'CONFIG', '--since', '2026-02-31'], /--since .* a date such as 2026-03-01/],
      [['audit', '-c', 'CONFIG', '--since', '2026-02-30T10:00'], /--since .* a date such as/],
      [
        ['backfill', '-c', 'CONFIG', '--from', '2026-02-31', '--to', '2026-03-01'],
        /--from .* a date such as/,
      ],
      [['process', '-c', 'CONFIG'], /missing required argument 'study'/],
      [['model', 'inspect'], /mamori model inspect --help/],
      [['train', '--size', '500x320'], /--size[\s\S]*multiples of 32, such as 512x320/],
      [['train', '--size', '0x320'], /multiples of 32/],
      [
        ['train', '--data', 'D', '--labels', 'L', '--arch', 'paper', '--size', '64x64', '--out', 'O'],
        /--size and --networks go with --arch lesion-map/,
      ],
      [['process', '-c', 'CONFIG', 'SMITH'], /SMITH cannot be a Study Instance UID/],
      [['retry', '-c', 'CONFIG', '../..'], /cannot be a Study Instance UID/],
      [['status', '-c', 'CONFIG', '--study', '1.2.a'], /1\.2\.a cannot be a Study Instance UID/],
      [['status', '--confg', 'CONFIG'], /unknown option '--confg'\n\(Did you mean --config\?\)/],
      [
        ['backfill', '-c', 'CONFIG', '--form', '2026-01-01'],
        /unknown option '--form'\n\(Did you mean --from\?\)/,
      ],
      [
        ['status', '-c', 'no-such-file.yaml'],
        /no-such-file\.yaml cannot be read \(ENOENT: no such file or directory\)/,
      ],
    ];
    for (const [args, says] of cases) {
      it(args.join(' ') || 'nothing at all', async () => {
        const { code, out, err } = await run(args.map((arg) => (arg === 'CONFIG' ? here.config : arg)));
        expect(err).to.match(says);
        expect(out).to.equal('');
        expect(code).to.equal(2);
      });
    }
  });

  it('names what is wrong in the settings by line, without a stack, and ends with 2', async () => {
    writeFileSync(
      here.config,
      'pacs:\n  url: http://p\n  auth: { type: bearer, token: ${TOKEN} }\nworker: 2\n',
    );
    const { code, err } = await run(['status', '-c', here.config]);
    expect(code).to.equal(2);
    expect(err).to.contain('line 3: pacs.auth.token needs the environment variable TOKEN');
    expect(err).to.contain('line 4: worker is not a key of the settings; did you mean workers?');
    expect(err).not.to.match(/\n\s+at /);
    expect((await run(['status', '-c', here.config, '--debug'])).err).to.match(/\n\s+at .*loadSettings/);
  });

  it('gives an error as the one JSON object on stdout when asked', async () => {
    const { code, out, err } = await run(['status', '-c', join(here.folder, 'none.yaml'), '--json']);
    expect(code).to.equal(2);
    expect(err).to.equal('');
    expect(JSON.parse(out)).to.have.nested.property('error.code', 'settings-unreadable');
    const usage = await run(['status', '--json']);
    expect(usage.code).to.equal(2);
    expect(JSON.parse(usage.out)).to.have.nested.property('error.code', 'usage');
  });

  it('ends with 1 when the work itself meets trouble', async () => {
    writeFileSync(join(here.folder, 'l.db'), 'this is not a database, whatever it is called. '.repeat(50));
    const { code, err } = await run(['status', '-c', here.config]);
    expect(code).to.equal(1);
    expect(err).to.match(/The ledger .*l\.db cannot be used/);
  });
});
