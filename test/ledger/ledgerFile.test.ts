import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import Libsql from 'libsql';
import {
  type Ledger,
  LedgerError,
  openExistingLedger,
  openLedger,
  openLedgerToRead,
} from '../../src/ledger/index.js';
import { MIGRATIONS } from '../../src/ledger/sqlite/migrations.js';
import { mountSmallDisk } from '../fixtures/smallDisk.js';
import { claimed, clock, EXAM, objects, on } from './exams.js';

const COMING_AND_GOING = fileURLToPath(new URL('./comingAndGoing.js', import.meta.url));
const LEDGER = new URL('../../src/ledger/index.js', import.meta.url).href;

describe('the file of a ledger', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mamori-file-'));
    file = join(folder, 'mamori.db');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const errorOf = (opened: Promise<unknown>): Promise<LedgerError | undefined> =>
    opened.then(
      () => undefined,
      (error: LedgerError) => error,
    );
  const rights = (name: string) => (statSync(name).mode & 0o777).toString(8);

  it('is for its owner only, with all that lies beside it', async () => {
    const ledger = await openLedger(`sqlite:${file}`);
    await ledger.observe(EXAM, { fingerprint: 'x' });
    for (const name of [file, `${file}-wal`, `${file}-shm`]) expect(rights(name), name).to.equal('600');
    await ledger.disconnect();
  });

  it('becomes so where an earlier version has left it open to all', async () => {
    await (await openLedger(`sqlite:${file}`)).disconnect();
    chmodSync(file, 0o644);
    await (await openLedger(`sqlite:${file}`)).disconnect();
    expect(rights(file)).to.equal('600');
  });

  it('is not made by whoever only asks what was done', async () => {
    const error = await errorOf(openExistingLedger(`sqlite:${file}`));
    expect(error).to.have.property('code', 'ledger-missing');
    expect(existsSync(file)).to.equal(false);
  });

  it("that is another program's database is refused, and stays as it is", async () => {
    const other = new Libsql(file);
    other.exec('CREATE TABLE patients (name TEXT)');
    other.close();
    const before = readFileSync(file);
    expect(await errorOf(openLedger(`sqlite:${file}`))).to.have.property('code', 'ledger-foreign');
    expect(readFileSync(file).equals(before)).to.equal(true);
  });

  it('that cannot be opened is told with the folder, what is wrong with it and what to do, and no number', async () => {
    const told = async (path: string) => {
      const error = await errorOf(openLedger(`sqlite:${path}`));
      expect(error, path).to.have.property('code', 'ledger-unreadable');
      expect(error!.message, path).not.to.match(/\b14\b|ConnectionFailed|Unable to open/);
      return `${error!.message} ${error!.remedy}`;
    };
    expect(await told(join(folder, 'no', 'such', 'l.db')))
      .to.contain(`there is no folder ${join(folder, 'no', 'such')}.`)
      .and.contain('make that folder');
    const letter = join(folder, 'letter.txt');
    writeFileSync(letter, 'Dear colleague');
    for (const path of [join(letter, 'l.db'), join(letter, 'deeper', 'l.db')])
      expect(await told(path))
        .to.contain(`${letter} is a file and no folder`)
        .and.contain('Check ledger.url');
    expect(await told(folder))
      .to.contain(`${folder} is a folder`)
      .and.contain('Name a file');
    expect(await told('/proc/l.db')).to.match(
      /the folder \/proc takes no file \(E\w+\)\. Name a file in another/,
    );
    const asked = await errorOf(openExistingLedger(`sqlite:${join(letter, 'l.db')}`));
    expect(asked, 'is no ledger that is missing').to.have.property('code', 'ledger-unreadable');
  });

  it('that lies on a disk that is mounted read-only is told so', async function () {
    const disk = mountSmallDisk(join(folder, 'disk'), 400, this);
    try {
      disk.makeReadOnly();
      const error = await errorOf(openLedger(`sqlite:${join(disk.folder, 'l.db')}`));
      expect(error?.message).to.contain(`${disk.folder} lies on a disk that is mounted read-only`);
      expect(error?.remedy).to.contain('Mount it writable');
    } finally {
      disk.unmount();
    }
  });

  it('that this account may not open is told with the account and what it may not', async function () {
    if (process.getuid?.() !== 0) this.skip();
    const opened = (path: string) => {
      const script = `const { openLedger } = await import(${JSON.stringify(LEDGER)});
        process.setgid(65534); process.setuid(65534);
        const told = await openLedger('sqlite:' + ${JSON.stringify(path)}).catch((error) => error);
        process.stdout.write([told.code, told.message, told.remedy].join(' | '));`;
      return execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    };
    chmodSync(folder, 0o755);
    const account = /the account \w+ may not /;
    expect(opened(file))
      .to.match(/^ledger-unreadable \| /)
      .and.match(account);
    expect(opened(file)).to.contain(
      `may not write into the folder ${folder}. | Give folder and file to the account`,
    );
    const hidden = join(folder, 'hidden');
    mkdirSync(hidden, { mode: 0o700 });
    expect(opened(join(hidden, 'deeper', 'l.db')))
      .to.match(account)
      .and.contain(`may not look into ${hidden}`);
    chmodSync(folder, 0o777);
    await (await openLedger(`sqlite:${file}`)).disconnect();
    expect(opened(file)).to.match(account).and.contain(`may not read and write ${file}`);
  });

  const DAMAGES: [what: string, damaged: (bytes: Buffer) => Buffer][] = [
    [
      'overwritten',
      (bytes) => Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096, 0x5a)]),
    ],
    ['cut off', (bytes) => bytes.subarray(0, 5000)],
  ];
  for (const [what, damaged] of DAMAGES) {
    it(`that is damaged (${what}) is told with what mends it, and not with the remedy of a full disk`, async () => {
      // Written by a process of its own: SQLite lets go of a closed file only when its statements are collected.
      const write = `const { openLedger } = await import(${JSON.stringify(LEDGER)});
        const ledger = await openLedger(${JSON.stringify(`sqlite:${file}`)});
        for (let study = 0; study < 300; study++)
          await ledger.observe({ ...${JSON.stringify(EXAM)}, studyInstanceUID: '2.25.' + study }, { fingerprint: 'x' });
        await ledger.disconnect();`;
      execFileSync(process.execPath, ['--input-type=module', '-e', write]);
      writeFileSync(file, damaged(readFileSync(file)));
      const error = await errorOf(
        openLedger(`sqlite:${file}`).then(async (opened) => {
          await opened.list().finally(() => opened.disconnect());
        }),
      );
      expect(error).to.have.property('code', 'ledger-damaged');
      expect(error!.remedy)
        .to.match(/backup/)
        .and.match(/recover/);
      expect(error!.remedy).not.to.match(/room/);
    });
  }
});

describe('ledger in a file', () => {
  let folder: string;
  let url: string;
  let ledger: Ledger;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mamori-ledger-'));
    url = `sqlite:${join(folder, 'mamori.db')}`;
    ledger = await openLedger(url, clock);
  });
  afterEach(async () => {
    await ledger.disconnect();
    rmSync(folder, { recursive: true });
  });

  const keptFiles = () =>
    readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('.dcm'));
  const refused = async (work: Promise<unknown>, code: string): Promise<void> => {
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error, `expected ${code}`).instanceOf(LedgerError).with.property('code', code);
  };
  const TROUBLE = { code: 'pacs-unreachable', reason: 'The PACS does not answer.' };

  describe('objects', () => {
    it('are readable by the service alone', async () => {
      const claim = await claimed(ledger);
      await on(1, ledger).keepObjects(claim, objects(), { kind: 'processed' });
      expect(keptFiles()).to.have.lengthOf(3);
      for (const file of keptFiles()) expect(statSync(join(folder, String(file))).mode & 0o077).to.equal(0);
    });

    it('leave no file behind when one of them cannot be written', async () => {
      const claim = await claimed(ledger);
      const unwritable = { ...objects()[0]!, bytes: undefined as unknown as Uint8Array };
      const kept = on(1, ledger).keepObjects(claim, [...objects(), unwritable], { kind: 'processed' });
      expect(await kept.catch((error: unknown) => error)).to.be.instanceOf(Error);
      expect(readdirSync(join(folder, 'mamori.db-objects'))).to.deep.equal([]);
    });

    it('are kept all or none on a full disk, named with the study, and kept once there is room', async function () {
      const disk = mountSmallDisk(join(folder, 'disk'), 400, this);
      try {
        const small = await openLedger(`sqlite:${join(disk.folder, 'small.db')}`, clock);
        const claim = await claimed(small);
        const empty = disk.fill(30_000);
        const large = objects().map((object) => ({ ...object, bytes: new Uint8Array(20_000) }));
        const error = await on(1, small)
          .keepObjects(claim, large, { kind: 'processed' })
          .catch((thrown: unknown) => thrown);
        expect(error).to.be.instanceOf(LedgerError).with.property('code', 'ledger-disk-full');
        expect(error).to.have.property('message').that.includes(EXAM.studyInstanceUID);
        expect(keptFiles()).to.deep.equal([]);
        await on(1, small).fail(claim, TROUBLE, 1_000, { counts: false });
        expect(await small.find(EXAM)).to.include({ state: 'failed', attempts: 0 });
        empty();
        const again = await on(2, small).claim(EXAM, 'worker', 58_000);
        await on(2, small).keepObjects(again!, large, { kind: 'processed' });
        expect(keptFiles()).to.have.length(large.length);
        await small.disconnect();
      } finally {
        disk.unmount();
      }
    });

    it('that a crash left without a record are cleared away, once they are old', async () => {
      const claim = await claimed(ledger);
      await on(1, ledger).keepObjects(claim, objects(), { kind: 'processed' });
      const store = join(folder, 'mamori.db-objects');
      for (const name of ['old.dcm', 'young.dcm']) writeFileSync(join(store, name), 'x');
      utimesSync(join(store, 'old.dcm'), 1, 1);
      for (const file of keptFiles()) {
        if (!/old|young/.test(String(file))) utimesSync(join(folder, String(file)), 1, 1);
      }
      await ledger.disconnect();
      ledger = await openLedger(url, clock);
      const left = readdirSync(store);
      expect(left).to.have.lengthOf(4).and.include('young.dcm');
    });
  });

  describe('a file', () => {
    const codeOf = (target: string) =>
      openLedger(target).then(
        () => 'opened',
        (error: LedgerError) => error.code,
      );

    it('is looked at without being made or brought up to date', async () => {
      const none = join(folder, 'none.db');
      expect(await openLedgerToRead(`sqlite:${none}`)).to.equal(undefined);
      expect(existsSync(none)).to.equal(false);
      const old = new Libsql(join(folder, 'old.db'));
      old.exec('CREATE TABLE exams (id)');
      old.close();
      await refused(openLedgerToRead(`sqlite:${join(folder, 'old.db')}`), 'ledger-older');
    });

    it('that is only being made holds nothing to look at yet', async () => {
      writeFileSync(join(folder, 'empty.db'), '');
      expect(await openLedgerToRead(`sqlite:${join(folder, 'empty.db')}`)).to.equal(undefined);
    });

    it('is made once, opened, looked at and closed by many processes at the same time', async () => {
      const target = `sqlite:${join(folder, 'busy.db')}`;
      const [processes, rounds] = [5, 8];
      const children = Array.from({ length: processes }, (_, number) =>
        fork(COMING_AND_GOING, [target, String(number), String(rounds)], { execArgv: ['--expose-gc'] }),
      );
      await Promise.all(children.map((child) => once(child, 'message')));
      const ends = children.map(async (child) => (await once(child, 'exit'))[0]);
      for (const child of children) child.send('go');
      expect(await Promise.all(ends)).to.deep.equal(Array(processes).fill(0));
      const opened = await openLedger(target);
      expect(await opened.counts()).to.include({ waiting: processes * rounds });
      await opened.disconnect();
    });

    it('can be looked at where nothing can be written, once its last writer has closed it', async function () {
      const disk = mountSmallDisk(join(folder, 'disk'), 800, this);
      try {
        // Written by a process of its own: SQLite lets go of a closed file only when its statements are collected.
        const target = `sqlite:${join(disk.folder, 'small.db')}`;
        const write = `const { openLedger } = await import(${JSON.stringify(LEDGER)});
          const ledger = await openLedger(${JSON.stringify(target)});
          await ledger.observe(${JSON.stringify(EXAM)}, { fingerprint: 'one image' });
          await ledger.disconnect();`;
        execFileSync(process.execPath, ['--input-type=module', '-e', write]);
        disk.makeReadOnly();
        const reader = (await openLedgerToRead(target))!;
        expect(await reader.find(EXAM)).to.include({ state: 'waiting', fingerprint: 'one image' });
        await reader.disconnect();
      } finally {
        disk.unmount();
      }
    });

    it('that is not a ledger is refused, and stays as it is', async () => {
      const file = join(folder, 'letter.txt');
      writeFileSync(file, 'Dear colleague, this is not a database. '.repeat(100));
      expect(await codeOf(`sqlite:${file}`)).to.equal('ledger-unreadable');
      expect(readFileSync(file, 'utf8')).to.match(/^Dear colleague/);
      expect(await codeOf(`sqlite:${join(folder, 'no', 'folder.db')}`)).to.equal('ledger-unreadable');
    });

    it('on a full disk is named, as is what cannot be written, and all goes on once there is room', async function () {
      const disk = mountSmallDisk(join(folder, 'disk'), 400, this);
      try {
        const target = `sqlite:${join(disk.folder, 'small.db')}`;
        // With nothing for the file, and with room for the file alone.
        for (const leaving of [0, 12_288]) {
          const empty = disk.fill(leaving);
          expect(await codeOf(target)).to.equal('ledger-disk-full');
          empty();
        }
        const small = await openLedger(target);
        await on(0, small).observe(EXAM, { fingerprint: 'one image' });
        const empty = disk.fill(0);
        await refused(on(1, small).observe(EXAM, { fingerprint: 'two images' }), 'ledger-disk-full');
        await refused(on(1, small).claim(EXAM, 'worker', 59_000), 'ledger-disk-full');
        expect(await small.find(EXAM)).to.include({
          state: 'waiting',
          fingerprint: 'one image',
          attempts: 0,
        });
        empty();
        expect((await on(2, small).observe(EXAM, { fingerprint: 'two images' })).change).to.equal('changed');
        await small.disconnect();
      } finally {
        disk.unmount();
      }
    });

    it('of an earlier version is brought up to date with all that it holds', async () => {
      const target = join(folder, 'old.db');
      const old = new Libsql(target);
      for (const step of MIGRATIONS.slice(0, 2)) old.exec(step);
      old.exec(`PRAGMA user_version = 2;
        INSERT INTO exams (study_instance_uid, model_name, model_version, settings_digest, state, fingerprint,
          claimed_fingerprint, first_seen_at, last_seen_at, changed_at, updated_at, outcome, closed_at, study_date)
        VALUES ('2.25.1', 'ddsm-mass', '1.0.0', '0123456789abcdef', 'delivered', 'x', 'x', 1, 2, 3, 4, 'processed', 5,
          '20260301');
        INSERT INTO objects VALUES (1, 1, 0, 'tid1500', '1.2', '2.25.7', '2.25.9', 10, 1, NULL, 4, 5);
        INSERT INTO events (exam_id, at, event) VALUES (1, 1, 'seen')`);
      old.close();
      const opened = await openLedger(`sqlite:${target}`, clock);
      expect(await opened.find(EXAM)).to.deep.include({
        state: 'delivered',
        objects: { kept: 1, sent: 1, confirmed: 1 },
        answer: { state: 'delivered', revision: 1 },
      });
      // Which is not to be mistaken for an answer that there is none.
      expect((await opened.find(EXAM))!.shortAnswer).to.equal(undefined);
      expect(await opened.history(EXAM)).to.have.length(1);
      expect((await opened.made(EXAM)).map(({ kind, view }) => [kind, view])).to.deep.equal([
        ['tid1500', undefined],
      ]);
      expect((await on(9, opened).observe(EXAM, { fingerprint: 'y' })).change).to.equal('reopened');
      expect(await opened.predecessors(EXAM)).to.have.length(1);
      await opened.disconnect();
    });

    it('of a later version is refused', async () => {
      const direct = new Libsql(join(folder, 'mamori.db'));
      direct.exec('PRAGMA user_version = 99');
      direct.close();
      expect(await codeOf(url)).to.equal('ledger-newer');
    });

    it('is SQLite or a server; another URL is not repeated in the message', async () => {
      expect(await codeOf('mysql://u:hunter2@h/db')).to.equal('ledger-unsupported');
      expect(await codeOf('postgres://u:hunter2@h/db')).to.equal('ledger-unsupported');
      for (const other of ['mysql://u:hunter2@h/db', 'postgres://u:hunter2@h/db'])
        await openLedger(other).catch((error: Error) => {
          expect(error.message).not.to.contain('hunter2');
        });
    });

    it('writes every commit through to the disk, ahead of the database', async () => {
      const direct = new Libsql(join(folder, 'mamori.db'));
      expect(direct.pragma('journal_mode')).to.deep.equal([{ journal_mode: 'wal' }]);
      direct.close();
    });
  });
});
