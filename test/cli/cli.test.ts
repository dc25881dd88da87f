// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is what settings files hold
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { installedVersion, loadSettings } from '../../src/config/index.js';
import { type Archive, startArchive } from '../../src/demo/index.js';
import { dicomDate } from '../../src/dicom/index.js';
import { DicomWeb } from '../../src/dicomweb/index.js';
import { openLedger, type ServedModel } from '../../src/ledger/index.js';
import { type Bundle, loadBundle } from '../../src/model/index.js';
import { type MadeInstance, makeExam, makeInstance } from '../../src/phantom/index.js';
import { servedModelOf } from '../../src/service/index.js';
import { mountSmallDisk } from '../fixtures/smallDisk.js';
import { smallBundle } from '../model/bundles.js';
import { startRelay } from '../pacs/relay.js';

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

interface Ended {
  code: number;
  out: string;
  err: string;
}

function mamori(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [MAIN, ...args],
      { env: { PATH: process.env.PATH, NO_COLOR: '1', ...env } },
      (_, out, err) => resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

const EXAM = { studyInstanceUID: '2.25.1', modelName: 'm', modelVersion: '1', settingsDigest: 'd' };
const TROUBLE = { code: 'pacs-unreachable', reason: 'The PACS does not answer.' };

describe('mamori', () => {
  let folder: string;
  let config: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mamori-cli-'));
    config = join(folder, 'mamori.yaml');
    writeFileSync(
      config,
      'pacs: { url: "http://127.0.0.1:18299/dicom-web" }\nledger: { url: "sqlite:l.db" }\n',
    );
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** What the service of these settings stands for. */
  async function served(): Promise<ServedModel> {
    const settings = loadSettings(config);
    return servedModelOf(await loadBundle(settings.model.bundle), settings);
  }

  async function withExams(model: ServedModel = EXAM): Promise<void> {
    const ledger = await openLedger(`sqlite:${join(folder, 'l.db')}`);
    for (const study of ['2.25.1', '2.25.2']) {
      const exam = { ...model, studyInstanceUID: study };
      await ledger.observe(exam, { fingerprint: 'x' });
      if (study === '2.25.2') continue;
      const claim = await ledger.claim(exam, 'w', 1000);
      await ledger.giveUp(claim!, TROUBLE);
    }
    await ledger.disconnect();
  }

  it('makes no folder where ledger.url is mistyped, whatever the order', async () => {
    const settings = readFileSync(config, 'utf8').replace('sqlite:l.db', 'sqlite:mistyped/l.db');
    writeFileSync(config, settings);
    for (const order of [['process'], ['support-bundle', '--out', join(folder, 'bundle.tgz')]]) {
      const { code, err } = await mamori([...order, '-c', config, '2.25.1']);
      expect(code, err).to.equal(2);
      expect(err).to.contain(join(folder, 'mistyped'));
    }
    const dates = ['--from', '2020-01-01', '--to', '2020-01-02'];
    expect((await mamori(['backfill', '-c', config, ...dates])).code).to.equal(2);
    expect(existsSync(join(folder, 'mistyped'))).to.equal(false);
  });

  it('goes on when nobody reads its output any more', async () => {
    await withExams();
    const child = spawn(process.execPath, [MAIN, 'status', '-c', config, '--json'], {
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
    const seen = new Set<string>();
    const packages = new Set<string>();
    const visit = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const [, target] of readFileSync(file, 'utf8').matchAll(
        /^(?:import|export)\s[^;]*?'([^']+)';/gms,
      )) {
        if (target!.startsWith('.')) visit(join(dirname(file), target!));
        else packages.add(target!);
      }
    };
    visit(MAIN);
    expect(seen.size).to.be.greaterThan(8);
    expect([...packages].filter((name) => !name.startsWith('node:'))).to.deep.equal(['commander']);
    for (const file of seen) expect(file).to.match(/\/src\/(cli\/[^/]+|countText|errors|timeText)\.js$/);
  });

  it('backfills a range of dates, says how far it is, and has nothing left to do the second time', async () => {
    const archive = await startArchive();
    try {
      for (const date of ['20200103', '20200105'])
        for (const { bytes } of makeExam({ rows: 320, columns: 256, seed: date, date })) archive.add(bytes);
      const { directory } = await smallBundle();
      const model = JSON.stringify({ bundle: directory, engine: 'onnxruntime', device: 'cpu' });
      writeFileSync(
        config,
        `pacs: { url: "${archive.url}" }\nmodel: ${model}\nledger: { url: "sqlite:l.db" }\n`,
      );
      const range = ['--from', '2020-01-01', '--to', '20200107', '--rate', '36000/h'];
      const first = await mamori(['backfill', '-c', config, ...range]);
      expect(first.code, first.err).to.equal(0);
      expect(first.out)
        .to.match(/7 of 7 days, 2 exams taken up/)
        .and.include('2 delivered');
      const again = await mamori(['backfill', '-c', config, ...range, '--json']);
      expect(JSON.parse(again.out)).to.deep.include({ whole: true, exams: {} });
      expect(JSON.parse(again.out).progress).to.include({ taken: 0, known: 2 });
    } finally {
      await archive.close();
    }
    for (const wrong of [
      ['--from', '2020-02-31', '--to', '2020-03-01'],
      ['--from', '2020-02-01', '--to', '2020-01-01'],
    ])
      expect((await mamori(['backfill', '-c', config, ...wrong])).code).to.equal(2);
  });

  it('backfills past a day that cannot be listed, names it with the reason, and ends with exit code 1', async () => {
    const archive = await startArchive();
    const relay = await startRelay(archive.url);
    try {
      relay.fate = (line) => (line.includes('StudyDate=20200105&') ? { status: 413 } : 'pass');
      for (const { bytes } of makeExam({ rows: 320, columns: 256, seed: 'old', date: '20200103' }))
        archive.add(bytes);
      const { directory } = await smallBundle();
      const model = JSON.stringify({ bundle: directory, engine: 'onnxruntime', device: 'cpu' });
      writeFileSync(
        config,
        `pacs: { url: "${relay.url}" }\nmodel: ${model}\nledger: { url: "sqlite:l.db" }\n`,
      );
      const ended = await mamori(['backfill', '-c', config, '--from', '2020-01-01', '--to', '2020-01-07']);
      expect(ended.code, ended.err).to.equal(1);
      expect(ended.out)
        .to.match(/7 of 7 days, 1 exam taken up/)
        .and.include('The PACS does not list all studies of 20200105')
        .and.include('2020-01-05: not all of its studies could be found.')
        .and.include('1 delivered');
    } finally {
      await relay.close();
      await archive.close();
    }
  });

  it('doctors: a line for each check, exit code 1 for a failure, 2 for settings that cannot be used', async () => {
    writeFileSync(config, 'pacs: { url: "http://127.0.0.1:9/" }\nadmin: { listen: off }\n');
    const failing = await mamori(['doctor', '-c', config]);
    expect(failing.code).to.equal(1);
    expect(failing.out)
      .to.match(/^ok +settings/m)
      .and.match(/^failure +port .*\n +→ Nothing listens there/m);
    expect(failing.out).to.match(/^skipped +login /m);
    const json = await mamori(['doctor', '-c', config, '--json']);
    expect(json.code).to.equal(1);
    expect(JSON.parse(json.out)).to.include({ ok: false });
    writeFileSync(config, 'pacs: { ur: "http://127.0.0.1:9/" }\n');
    const unusable = await mamori(['doctor', '-c', config]);
    expect(unusable.code).to.equal(2);
    expect(unusable.out).to.include('did you mean url');
  });

  it('helps, and says its version', async () => {
    const help = await mamori(['--help']);
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
      const own = await mamori([command, '--help']);
      expect(own.code, command).to.equal(0);
      expect(own.out).to.contain(`Usage: mamori ${command}`);
    }
    expect((await mamori(['--version'])).out).to.equal(`${installedVersion()}\n`);
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
        const { code, out, err } = await mamori(args.map((arg) => (arg === 'CONFIG' ? config : arg)));
        expect(err).to.match(says);
        expect(out).to.equal('');
        expect(code).to.equal(2);
      });
    }
  });

  it('names what is wrong in the settings by line, without a stack, and ends with 2', async () => {
    writeFileSync(config, 'pacs:\n  url: http://p\n  auth: { type: bearer, token: ${TOKEN} }\nworker: 2\n');
    const { code, err } = await mamori(['status', '-c', config]);
    expect(code).to.equal(2);
    expect(err).to.contain('line 3: pacs.auth.token needs the environment variable TOKEN');
    expect(err).to.contain('line 4: worker is not a key of the settings; did you mean workers?');
    expect(err).not.to.match(/\n\s+at /);
    expect((await mamori(['status', '-c', config, '--debug'])).err).to.match(/\n\s+at .*loadSettings/);
  });

  it('gives an error as the one JSON object on stdout when asked', async () => {
    const { code, out, err } = await mamori(['status', '-c', join(folder, 'none.yaml'), '--json']);
    expect(code).to.equal(2);
    expect(err).to.equal('');
    expect(JSON.parse(out)).to.have.nested.property('error.code', 'settings-unreadable');
    const usage = await mamori(['status', '--json']);
    expect(usage.code).to.equal(2);
    expect(JSON.parse(usage.out)).to.have.nested.property('error.code', 'usage');
  });

  it('ends with 1 when the work itself meets trouble', async () => {
    writeFileSync(join(folder, 'l.db'), 'this is not a database, whatever it is called. '.repeat(50));
    const { code, err } = await mamori(['status', '-c', config]);
    expect(code).to.equal(1);
    expect(err).to.match(/The ledger .*l\.db cannot be used/);
  });

  describe('status', () => {
    it('shows counts, exams and reasons', async () => {
      await withExams();
      const { code, out } = await mamori(['status', '-c', config]);
      // No service runs that could tell of the PACS.
      expect(code).to.equal(3);
      expect(out).to.contain('1 waiting').and.contain('1 not-processed');
      expect(out).to.match(/^Trouble: 1 not-processed .*The PACS does not answer\.\n {2}2\.25\.1$/m);
      expect(out).to.match(/^2\.25\.1 +not-processed +0\/0 +1 .* pacs-unreachable$/m);
      expect(out).to.match(/^2\.25\.2 +waiting/m);
    });

    it('is one JSON object when asked, of the states or the study named', async () => {
      await withExams();
      const all = JSON.parse((await mamori(['status', '-c', config, '--json'])).out);
      expect(all.counts).to.include({ waiting: 1, 'not-processed': 1 });
      expect(all.exams).to.have.lengthOf(2);
      const some = JSON.parse((await mamori(['status', '-c', config, '--json', '--state', 'waiting'])).out);
      expect(some.exams.map((exam: { studyInstanceUID: string }) => exam.studyInstanceUID)).to.deep.equal([
        '2.25.2',
      ]);
      const one = JSON.parse((await mamori(['status', '-c', config, '--json', '--study', '2.25.1'])).out);
      expect(one.history.map(({ event }: { event: string }) => event)).to.deep.equal([
        'seen',
        'claimed',
        'given-up',
      ]);
    });

    it('says so where it knows nothing of the study named', async () => {
      await withExams();
      const { out } = await mamori(['status', '-c', config, '--study', '2.25.404']);
      expect(out).to.contain('knows no such exam of study 2.25.404');
    });

    it('takes the settings file from the environment too', async () => {
      await withExams();
      expect((await mamori(['status'], { MAMORI_CONFIG: config })).out).to.match(/^1 waiting, /);
    });

    it('makes no ledger where there is none, nor does retry or adopt: the name may be mistyped', async () => {
      for (const command of ['status', 'retry', 'adopt']) {
        const { code, err } = await mamori([command, '-c', config]);
        expect(err, command)
          .to.match(/There is no ledger .*l\.db/)
          .and.match(/Check ledger\.url/);
        expect(code, command).to.equal(2);
      }
      expect(existsSync(join(folder, 'l.db'))).to.equal(false);
    });
  });

  describe('analyze', () => {
    const SMALL = { rows: 160, columns: 128, date: '20260302' };
    const made = makeExam({ ...SMALL, seed: 'analyze' });
    const analyze = async (instances: MadeInstance[]): Promise<number> => {
      const files = instances.map(({ bytes }, i) => {
        const file = join(folder, `${i}.dcm`);
        writeFileSync(file, bytes);
        return file;
      });
      return (await mamori(['analyze', ...files, '--out', join(folder, 'out'), '--model', bundle.directory]))
        .code;
    };
    let bundle: Bundle;
    before(async () => {
      bundle = await smallBundle();
    });

    it('ends with 0 where all that should be analysed was, whatever raw twins lie beside', async () => {
      const raw = makeExam({ ...SMALL, seed: 'raw', intent: 'processing' });
      const magnified = makeInstance({ ...SMALL, seed: 'analyze', modifier: 'magnification' });
      expect(await analyze([...made, ...raw])).to.equal(0);
      expect(await analyze([made[0]!, raw[0]!, magnified])).to.equal(0);
    });

    it('ends with 1 for what should have been analysed and was not, and for what is not a mammogram', async () => {
      for (const kind of ['truncated', 'secondary-capture', 'tomosynthesis'] as const) {
        const stray = makeInstance({ ...SMALL, seed: 'analyze', kind });
        // Of the last round: a folder that holds another study's results is refused.
        rmSync(join(folder, 'out'), { recursive: true, force: true });
        expect(await analyze([made[0]!, stray]), kind).to.equal(1);
      }
      rmSync(join(folder, 'out'), { recursive: true, force: true });
      expect(await analyze([makeInstance({ ...SMALL, modifier: 'magnification' })])).to.equal(1);
    });

    it('writes every kind that the settings switch on', async () => {
      const file = join(folder, 'image.dcm');
      writeFileSync(file, made[0]!.bytes);
      const chosen = join(folder, 'analyze.yaml');
      writeFileSync(
        chosen,
        `pacs: { url: http://localhost }\nmodel: { bundle: ${bundle.directory} }\n` +
          'outputs: { reports: [tid1500, mammography-cad], secondaryCapture: { longEdge: 512 } }\n',
      );
      const { code, out } = await mamori([
        'analyze',
        file,
        '--out',
        join(folder, 'both'),
        '-c',
        chosen,
        '--json',
      ]);
      expect(code).to.equal(0);
      const [exam] = JSON.parse(out).exams;
      expect(exam.files.map((path: string) => basename(path))).to.deep.equal([
        'tid1500.dcm',
        'mammography-cad.dcm',
        'RCC-1.dcm',
        'RCC-1.png',
      ]);
    });

    it('names a folder for results that cannot be used, and does not call it a fault', async () => {
      const file = join(folder, 'L.dcm');
      writeFileSync(file, made[0]!.bytes);
      const { code, err } = await mamori(['analyze', file, '--out', file]);
      expect(err).to.match(/L\.dcm, or what is above it, is a file and no folder\.\nName a folder/);
      expect(code).to.equal(2);
    });

    for (const out of ['/proc/results', '/proc/results/deeper', '/proc']) {
      it(`says at once that nothing can be written to ${out}`, async function () {
        if (!existsSync(`/${out.split('/')[1]}`)) this.skip();
        const file = join(folder, 'L.dcm');
        writeFileSync(file, made[0]!.bytes);
        // Read before any work: there is no such model.
        const { code, err } = await mamori(['analyze', file, '--out', out, '--model', join(folder, 'none')]);
        expect(err).to.match(/^The results cannot be written to .* \(E[A-Z]+: [a-z ,-]+\)\.\n/);
        expect(code).to.equal(1);
      });
    }

    it('replaces the results of the same study as a whole', async () => {
      expect(await analyze(made)).to.equal(0);
      const out = join(folder, 'out');
      const all = readdirSync(out);
      expect(all).to.include('RMLO-4.png').and.include('tid1500.dcm');
      expect(await analyze(made.slice(0, 1))).to.equal(0);
      expect(readdirSync(out).sort()).to.deep.equal(['RCC-1.dcm', 'RCC-1.png', 'tid1500.dcm']);
    });

    it('refuses at once a folder that holds anything but results of the same study', async () => {
      const out = join(folder, 'out');
      const other = makeExam({ ...SMALL, seed: 'other' });
      const image = join(folder, 'image.dcm');
      writeFileSync(image, made[0]!.bytes);
      const refused = async (files: string[], place: string, held: RegExp) => {
        const before = readdirSync(place);
        // Read before any work: there is no such model.
        const { code, err } = await mamori(['analyze', ...files, '--out', place, '--model', folder]);
        expect(err).to.match(held).and.contain('Name another folder');
        expect(code).to.equal(2);
        expect(readdirSync(place)).to.deep.equal(before);
      };
      expect(await analyze(other.slice(0, 1))).to.equal(0);
      await refused([image], out, /out holds .*\.dcm, which is not a result of study/);
      const both = [image, join(folder, '0.dcm')];
      await refused(both, out, /out holds .*, which is not a folder of a study/);
      // The images themselves are of the study, and no results.
      await refused([image], folder, /holds .*, which is not a result of study/);
      const alone = join(folder, 'images');
      mkdirSync(alone);
      writeFileSync(join(alone, 'LCC-1.dcm'), made[0]!.bytes);
      await refused([join(alone, 'LCC-1.dcm')], alone, /holds LCC-1\.dcm, which is not a result of study/);
    });

    it('gives each of several studies its folder, twice too', async () => {
      const two = [made[0]!, makeExam({ ...SMALL, seed: 'other' })[0]!];
      for (const _ of two) {
        expect(await analyze(two)).to.equal(0);
        const studies = two.map(({ studyInstanceUID }) => studyInstanceUID);
        expect(readdirSync(join(folder, 'out'))).to.have.members(studies);
      }
    });

    it('names a full disk before the work or after it, and leaves nothing half-written', async function () {
      const disk = mountSmallDisk(join(folder, 'disk'), 300, this);
      try {
        const file = join(folder, 'L.dcm');
        writeFileSync(file, made[0]!.bytes);
        const out = join(disk.folder, 'out');
        const args = ['analyze', file, '--out', out, '--model', bundle.directory];
        for (const leaving of [0, 20_000]) {
          const empty = disk.fill(leaving);
          const { code, err } = await mamori(args);
          expect(err, `${leaving}`).to.match(
            /^The results cannot be written to .* \(ENOSPC: no space left on device\)\.\n/,
          );
          expect(code).to.equal(1);
          expect(existsSync(out) ? readdirSync(out) : []).to.deep.equal([]);
          empty();
        }
      } finally {
        disk.unmount();
      }
    });
  });

  describe('with a PACS', () => {
    const exam = makeExam({ rows: 160, columns: 128, date: '20260302', seed: 'process' });
    const study = exam[0]!.studyInstanceUID;
    let archive: Archive;
    before(async () => {
      archive = await startArchive();
      const { directory } = await smallBundle();
      const pacs = new DicomWeb({ url: archive.url, auth: { type: 'none' } });
      await pacs.store(study, exam);
      await pacs.close();
      settings = `pacs: { url: "${archive.url}" }\nledger: { url: "sqlite:l.db" }\nmodel: { bundle: "${directory}" }\n`;
    });
    after(() => archive.close());
    let settings: string;
    beforeEach(() => writeFileSync(config, settings));

    it('ends with 1 for a partial result, which retry finds by its state', async () => {
      const broken = makeInstance({ rows: 160, columns: 128, seed: 'half', kind: 'missing-pixels' });
      const [whole] = makeExam({ rows: 160, columns: 128, seed: 'half', views: ['RCC'] });
      for (const { bytes } of [broken, whole!]) archive.add(bytes);
      const { code, out } = await mamori(['process', '-c', config, whole!.studyInstanceUID]);
      expect(out)
        .to.match(/ partial +\d/)
        .and.contain(broken.sopInstanceUID);
      expect(code).to.equal(1);
      expect((await mamori(['status', '-c', config])).out).to.match(/1 partial/);
      const retry = (...which: string[]) => mamori(['retry', '-c', config, '--json', ...which]);
      const retried = async (...which: string[]) => JSON.parse((await retry(...which)).out).retried.length;
      expect(await retried('--state', 'failed')).to.equal(0);
      expect(await retried('--since', '2099-01-01')).to.equal(0);
      expect(await retried('--reason', 'no-such-reason')).to.equal(0);
      expect(await retried('--state', 'partial', '--since', '2020-01-01')).to.equal(1);
      expect((await retry('--since', 'yesterday')).code).to.equal(2);
    });

    it('processes a study once, and says how to have it twice', async () => {
      expect((await mamori(['process', '-c', config, study])).out).to.match(/ delivered +\d/);
      const again = await mamori(['process', '-c', config, study]);
      expect(again.out).to.match(/ closed-before .*--force/);
      expect(again.code).to.equal(0);
    });

    it('writes what it would store into a folder without needing a ledger, or one that it can read', async () => {
      const out = join(folder, 'dry');
      const dryRun = () => mamori(['process', '-c', config, study, '--dry-run', out]);
      const first = await dryRun();
      expect(first.code, first.err).to.equal(0);
      expect(readdirSync(join(out, study)).filter((name) => name.endsWith('.dcm'))).to.have.length(5);
      expect(statSync(out).mode & 0o077, 'patient data').to.equal(0);
      expect(existsSync(join(folder, 'l.db'))).to.equal(false);
      writeFileSync(join(folder, 'l.db'), 'this is not a database, whatever it is called. '.repeat(50));
      const blind = await dryRun();
      expect(blind.code).to.equal(0);
      expect(blind.err).to.match(/ledger .* cannot be used.*as if the study had never been processed/);
    });

    it('says that the PACS has no such study, and notes nothing of it', async () => {
      const { code, out } = await mamori(['process', '-c', config, '2.25.404']);
      expect(out).to.contain('The PACS shows no study 2.25.404');
      expect(code).to.equal(1);
      expect((await mamori(['status', '-c', config])).out).to.match(/^0 waiting.* 0 not-processed$/m);
      const dry = await mamori(['process', '-c', config, '2.25.404', '--dry-run', join(folder, 'dry')]);
      expect(dry.out).to.equal(out);
      expect(dry.code).to.equal(1);
    });

    it('says how far back it looked for studies', async () => {
      const today = makeExam({ rows: 160, columns: 128, date: dicomDate(new Date()), seed: 'today' });
      const pacs = new DicomWeb({ url: archive.url, auth: { type: 'none' } });
      await pacs.store(today[0]!.studyInstanceUID, today);
      await pacs.close();
      const { out } = await mamori(['once', '-c', config]);
      expect(out).to.match(/^1 mammography study since 3 days before today \(poll\.lookbackDays\), /);
    });

    it('names refused credentials, asks once, and ends with 1', async () => {
      let asked = 0;
      const server = createServer((_, response) => {
        asked++;
        response.writeHead(401).end();
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      writeFileSync(config, settings.replace(archive.url, `http://127.0.0.1:${port}/dicom-web`));
      const { code, out, err } = await mamori(['once', '-c', config, '--json']);
      server.close();
      expect(JSON.parse(out).problems).to.have.nested.property('[0].code', 'pacs-unauthorised');
      expect(err).to.contain('The PACS refuses us');
      expect({ code, asked }).to.deep.equal({ code: 1, asked: 1 });
    });

    it('does not call it none where the PACS cannot be asked', async () => {
      writeFileSync(config, settings.replace(archive.url, 'http://127.0.0.1:18299/dicom-web'));
      const { code, out } = await mamori(['once', '-c', config]);
      expect(out).to.match(/^The PACS cannot be reached: ECONNREFUSED/);
      expect(code).to.equal(1);
    });
  });

  describe('retry', () => {
    it('puts what failed back, and says so', async () => {
      await withExams(await served());
      const { code, out } = await mamori(['retry', '-c', config]);
      expect(out).to.equal('1 exam is tried again in the next cycle.\n');
      expect(code).to.equal(0);
      const { counts } = JSON.parse((await mamori(['status', '-c', config, '--json'])).out);
      expect(counts).to.include({ failed: 1, 'not-processed': 0 });
    });

    it('counts apart what another version left, and names what hands it over', async () => {
      await withExams({ ...(await served()), modelVersion: '0.0.0' });
      const { out } = await mamori(['retry', '-c', config]);
      expect(out).to.match(/^1 exam is left: of another version or other settings .* mamori reprocess\.\n$/);
      expect(JSON.parse((await mamori(['adopt', '-c', config, '--json'])).out)).to.include({ adopted: 1 });
    });

    it('delivers what another version made and could not deliver, and adopt says so and names it', async () => {
      const exam = { ...(await served()), studyInstanceUID: '2.25.7', settingsDigest: 'of-earlier-settings' };
      const names = { sopClassUID: '1', seriesInstanceUID: '2', sopInstanceUID: '3' };
      const ledger = await openLedger(`sqlite:${join(folder, 'l.db')}`);
      await ledger.observe(exam, { fingerprint: 'x' });
      const claim = (await ledger.claim(exam, 'w', 60_000))!;
      const object = { kind: 'tid1500' as const, ...names, bytes: new Uint8Array(9) };
      await ledger.keepObjects(claim, [object], { kind: 'processed' });
      await ledger.giveUp(claim, { code: 'delivery-refused', reason: 'The PACS refused the results.' });
      await ledger.disconnect();
      const given = await mamori(['adopt', '-c', config]);
      expect(given.out).to.match(
        /^1 exam is left whose results another version has made .* mamori retry delivers these .* as they are\.\n$/,
      );
      expect(JSON.parse((await mamori(['adopt', '-c', config, '--json'])).out)).to.deep.include({
        adopted: 0,
        undelivered: { again: 0, givenUp: 1 },
      });
      expect((await mamori(['retry', '-c', config])).out).to.match(/^1 exam is tried again/);
      expect((await mamori(['adopt', '-c', config])).out).to.match(
        /^1 exam is left whose results another version has made already: a running service delivers/,
      );
    });

    it('says that there is nothing to try', async () => {
      await (await openLedger(`sqlite:${join(folder, 'l.db')}`)).disconnect();
      expect((await mamori(['retry', '-c', config])).out).to.equal(
        'There is nothing of that kind to be tried again.\n',
      );
    });

    it('ends with 1 for a study that has nothing to be retried, and names it', async () => {
      await withExams();
      const { code, out } = await mamori(['retry', '-c', config, '--json', '2.25.1', '2.25.2', '2.25.404']);
      expect(code).to.equal(1);
      expect(JSON.parse(out)).to.deep.equal({
        retried: [],
        others: { reprocess: 1, adopt: 0, foreign: 0 },
        left: [],
        underWay: ['2.25.2'],
        untouched: ['2.25.404'],
      });
    });

    it('says of a study that it waits already, right after it was put back', async () => {
      const model = await served();
      const ledger = await openLedger(`sqlite:${join(folder, 'l.db')}`);
      const exam = { ...model, studyInstanceUID: '2.25.1' };
      const objects = [
        {
          kind: 'tid1500' as const,
          sopClassUID: '1',
          seriesInstanceUID: '2',
          sopInstanceUID: '3',
          bytes: new Uint8Array(9),
        },
      ];
      await ledger.observe(exam, { fingerprint: 'x' });
      const claim = (await ledger.claim(exam, 'w', 60_000))!;
      await ledger.keepObjects(claim, objects, { kind: 'partial', ...TROUBLE });
      await ledger.confirm(claim, ['3']);
      await ledger.close(claim);
      await ledger.disconnect();
      expect((await mamori(['retry', '-c', config, '2.25.1'])).out).to.match(/^1 exam is tried again/);
      const { code, out } = await mamori(['retry', '-c', config, '2.25.1']);
      expect(out).to.match(/^2\.25\.1: waits already/);
      expect(code).to.equal(0);
    });

    it('leaves alone what the model refuses, says so, and tries it where that reason is named', async () => {
      const model = await served();
      const ledger = await openLedger(`sqlite:${join(folder, 'l.db')}`);
      for (const [study, code] of [
        ['2.25.1', 'images-refused'],
        ['2.25.2', 'images-refused'],
        ['2.25.3', 'process-ended'],
      ] as const) {
        const exam = { ...model, studyInstanceUID: study };
        await ledger.observe(exam, { fingerprint: 'x' });
        await ledger.giveUp((await ledger.claim(exam, 'w', 60_000))!, { code, reason: 'No answer.' });
      }
      await ledger.disconnect();
      const bare = await mamori(['retry', '-c', config]);
      expect(bare.code).to.equal(0);
      expect(bare.out)
        .to.match(/^1 exam is tried again in the next cycle\.\n/)
        .and.match(/\n2 exams are left not-processed \(images-refused\): .* --reason images-refused\.\n$/);
      const asked = await mamori(['retry', '-c', config, '--json', '--reason', 'images-refused']);
      expect(JSON.parse(asked.out)).to.deep.include({ left: [] });
      expect(JSON.parse(asked.out).retried).to.have.length(2);
    });
  });
});
