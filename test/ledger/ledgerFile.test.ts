import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import Libsql from 'libsql';
import { type LedgerError, openExistingLedger, openLedger } from '../../src/ledger/index.js';
import { EXAM } from './exams.js';

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
