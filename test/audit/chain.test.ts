import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type AuditLog, AuditTrail, anchorText, auditEntries, verifyAudit } from '../../src/audit/index.js';
import { mountSmallDisk, type SmallDisk } from '../fixtures/smallDisk.js';
import { BY, linesIn, logFiles, newFolder, openTrail, SILENT, trailOf } from './trails.js';

const WRITER = fileURLToPath(new URL('./writer.js', import.meta.url));

const lengthOf = (folder: string) => logFiles(folder).reduce((sum, file) => sum + statSync(file).size, 0);

const problemsOf = async (folder: string) =>
  (await verifyAudit(folder)).problems.map(({ what, line }) => `${line ?? '-'} ${what}`);

describe('The audit trail', () => {
  it('lies in a folder for this account alone', async () => {
    const folder = newFolder();
    await (await AuditTrail.open({ folder, fileBytes: 1 << 20, version: '1.2.3', log: SILENT })).close();
    expect(statSync(folder).mode & 0o077).to.equal(0);
  });

  it('is not begun in a folder that is missing, which may be mistyped', async () => {
    const missing = join(newFolder(), 'mistyped');
    const options = { folder: join(missing, 'audit'), fileBytes: 1 << 20, version: '1.2.3', log: SILENT };
    const refusal = await AuditTrail.open(options).catch((error) => error);
    expect(refusal).to.include({ code: 'audit-unwritable' });
    expect(refusal.message).to.contain(`there is no folder ${missing}.`);
    expect(existsSync(missing)).to.equal(false);
  });

  it('is a line for each event, in a chain that sha256 alone can follow', async () => {
    const folder = await trailOf(3);
    let previous = '0'.repeat(64);
    for (const [index, line] of linesIn(folder).entries()) {
      const [sequence, before, hash, ...message] = line.split(' ');
      expect([sequence, before]).to.deep.equal([String(index + 1), previous]);
      const text = `${sequence} ${before} ${message.join(' ')}`;
      expect(createHash('sha256').update(text).digest('hex')).to.equal(hash);
      previous = hash!;
    }
    const { lines, last, problems } = await verifyAudit(folder);
    expect({ lines, last: anchorText(last!), problems }).to.deep.equal({
      lines: 3,
      last: `3:${previous}`,
      problems: [],
    });
  });

  it('is read by nobody but its account', async () => {
    const folder = await trailOf(1);
    for (const file of [...logFiles(folder), join(folder, 'head.db')])
      expect(statSync(file).mode & 0o077, file).to.equal(0);
  });

  describe('shows, with the line, that somebody', () => {
    const TAMPERED: Record<string, { change(lines: string[]): string[]; shows: RegExp }> = {
      'changed a message': {
        change: (lines) => lines.map((line, at) => (at === 4 ? line.replace('2.25.5', '2.25.6') : line)),
        shows: /^5 line 5 was changed/,
      },
      'changed a message and its hash': {
        change: (lines) =>
          lines.map((line, at) => {
            if (at !== 4) return line;
            const [sequence, previous, , ...message] = line.replace('2.25.5', '2.25.6').split(' ');
            const hash = createHash('sha256')
              .update(`${sequence} ${previous} ${message.join(' ')}`)
              .digest('hex');
            return [sequence, previous, hash, ...message].join(' ');
          }),
        shows: /^6 line 6 was written after another line 5/,
      },
      'removed one line': {
        change: (lines) => lines.toSpliced(4, 1),
        shows: /^5 line 5 is missing before line 6/,
      },
      'removed several': {
        change: (lines) => lines.toSpliced(2, 3),
        shows: /^3 lines 3 to 5 are missing before line 6/,
      },
      'removed the first': { change: (lines) => lines.slice(1), shows: /^1 the trail begins with line 2/ },
      'removed the last': { change: (lines) => lines.slice(0, -1), shows: /^- line 9 is missing at the end/ },
      'removed the last three': {
        change: (lines) => lines.slice(0, -3),
        shows: /^- lines 7 to 9 are missing at the end/,
      },
      'removed all': { change: () => [], shows: /^- lines 1 to 9 are missing at the end/ },
      'swapped two lines': {
        change: (lines) => [...lines.slice(0, 3), lines[4]!, lines[3]!, ...lines.slice(5)],
        shows: /^4 line 4 is missing before line 5/,
      },
      'repeated a line': {
        change: (lines) => lines.toSpliced(4, 0, lines[3]!),
        shows: /^5 line 4 stands after line 4/,
      },
      'put in a line': {
        change: (lines) => lines.toSpliced(4, 0, 'all is well'),
        shows: /^5 is no line of the trail/,
      },
      'made a line unreadable': {
        change: (lines) => lines.map((line, at) => (at === 4 ? line.slice(10) : line)),
        shows: /^5 is no line of the trail/,
      },
    };
    for (const [deed, { change, shows }] of Object.entries(TAMPERED))
      it(deed, async () => {
        const folder = await trailOf(9);
        const [file] = logFiles(folder);
        writeFileSync(
          file!,
          change(linesIn(folder))
            .map((line) => `${line}\n`)
            .join(''),
        );
        expect((await problemsOf(folder))[0]).to.match(shows);
      });

    it('took the head away, with the last lines or without', async () => {
      const folder = await trailOf(3);
      rmSync(join(folder, 'head.db'));
      expect(await problemsOf(folder)).to.deep.equal([
        '- head.db is gone: whether lines are missing at the end cannot be told',
      ]);
      const trail = await openTrail(folder);
      await trail.recordNow({ act: 'sign-out', by: BY });
      await trail.close();
      const [alert] = (await auditEntries(folder, { limit: 2 })).slice(0, 1);
      expect(alert).to.include({ sequence: 4, event: 'Security Alert' });
      expect(alert?.failure).to.contain('lines after 3 may be missing');
    });

    it('wrote the trail again from the start, if an anchor was noted elsewhere', async () => {
      const folder = await trailOf(9);
      const { last } = await verifyAudit(folder);
      const forged = await trailOf(12);
      expect((await verifyAudit(forged)).problems).to.deep.equal([]);
      const [problem] = (await verifyAudit(forged, last)).problems;
      expect(problem?.what).to.match(/^line 9 is another than when its anchor was noted/);
      expect((await verifyAudit(await trailOf(3), last)).problems[0]?.what).to.match(/^line 9, whose anchor/);
      expect((await verifyAudit(folder, last)).problems).to.deep.equal([]);
    });
  });

  it('goes on after lines were removed at its end, says so within, and never looks whole again', async () => {
    const folder = await trailOf(5);
    const [file] = logFiles(folder);
    const whole = readFileSync(file!, 'utf8').split('\n');
    truncateSync(file!, Buffer.byteLength(`${whole.slice(0, 3).join('\n')}\n`) - 10);
    const said: string[] = [];
    const log: AuditLog = { ...SILENT, error: (_, message) => void said.push(message) };
    const trail = await openTrail(folder, { log });
    await trail.recordNow({ act: 'sign-out', by: BY });
    await trail.close();
    expect(said).to.deep.equal(['The audit trail is not as it was left']);
    const entries = await auditEntries(folder, { limit: 2 });
    expect(entries.map(({ sequence, event }) => [sequence, event])).to.deep.equal([
      [6, 'Security Alert'],
      [7, 'User Authentication'],
    ]);
    expect((await problemsOf(folder)).join('\n')).to.contain('lines 4 to 5 are missing before line 6');
  });

  it('is followed by another file, in the same chain; early files may be kept elsewhere', async () => {
    const folder = await trailOf(30, { fileBytes: 3000 });
    const files = logFiles(folder);
    expect(files.length).to.be.within(5, 15);
    expect(await problemsOf(folder)).to.deep.equal([]);
    const second = basename(files[1]!);
    expect(readFileSync(files[1]!, 'utf8').split(' ')[0]).to.equal(String(Number(second.slice(6, 18))));

    renameSync(files[0]!, `${files[0]}.elsewhere`);
    const [problem] = (await verifyAudit(folder)).problems;
    const [, sequence, hash] = /(\d+):([0-9a-f]{64})/.exec(problem?.what ?? '') ?? [];
    const moved = await verifyAudit(folder, { sequence: Number(sequence), hash: hash! });
    expect(moved.problems).to.deep.equal([]);
    renameSync(`${files[0]}.elsewhere`, files[0]!);

    rmSync(files[2]!);
    expect((await problemsOf(folder))[0]).to.match(/^1 lines \d+ to \d+ are missing/);
  });

  it('is one chain when several processes write at once', async () => {
    const folder = newFolder();
    await (await openTrail(folder)).close();
    const writers = [1, 2, 3, 4].map(() => fork(WRITER, [folder, '40', '9000']));
    await Promise.all(writers.map((child) => once(child, 'exit')));
    const { lines, problems, files } = await verifyAudit(folder);
    expect({ lines, problems }).to.deep.equal({ lines: 160, problems: [] });
    expect(files).to.be.greaterThan(5);
  });

  it('survives that its writers are killed', async () => {
    const folder = newFolder();
    await (await openTrail(folder)).close();
    for (let round = 0; round < 4; round++) {
      const writers = [1, 2].map(() => fork(WRITER, [folder, '2000', '9000']));
      const before = lengthOf(folder);
      while (lengthOf(folder) === before) await sleep(20);
      await sleep(40 * round);
      for (const child of writers) child.kill('SIGKILL');
      await Promise.all(writers.map((child) => once(child, 'exit')));
    }
    const trail = await openTrail(folder);
    await trail.recordNow({ act: 'sign-out', by: BY });
    await trail.close();
    const { lines, problems } = await verifyAudit(folder);
    expect(problems).to.deep.equal([]);
    expect(lines).to.be.greaterThan(4);
  });

  it('takes away what a crash left of half a line, and keeps whole lines that it left', async () => {
    const folder = await trailOf(4);
    const [file] = logFiles(folder);
    appendFileSync(file!, '5 00000');
    expect(await problemsOf(folder)).to.deep.equal([]);
    const trail = await openTrail(folder);
    await trail.recordNow({ act: 'sign-out', by: BY });
    await trail.close();
    expect(await problemsOf(folder)).to.deep.equal([]);
    expect((await auditEntries(folder, { limit: 9 })).map(({ event }) => event)).to.not.include(
      'Security Alert 5',
    );
    expect(linesIn(folder)).to.have.lengthOf(5);
  });

  it('says that somebody else wrote at its end', async () => {
    const folder = await trailOf(2);
    appendFileSync(logFiles(folder)[0]!, 'nothing to see here\n');
    const trail = await openTrail(folder);
    await trail.recordNow({ act: 'sign-out', by: BY });
    await trail.close();
    const [alert] = await auditEntries(folder, { limit: 2 });
    expect(alert?.failure).to.contain('by somebody else');
    expect((await problemsOf(folder))[0]).to.match(/^3 is no line of the trail/);
  });

  describe('on a small disk', () => {
    let disk: SmallDisk;
    before(function () {
      disk = mountSmallDisk(newFolder(), 400, this);
    });
    after(() => disk?.unmount());

    it('waits in memory for a disk that is full, says so, holds nobody up, and loses nothing', async () => {
      const said: string[] = [];
      const log: AuditLog = {
        info: (_, message) => void said.push(message),
        warn() {},
        error: (_, message) => void said.push(message),
      };
      const trail = await AuditTrail.open({ folder: disk.folder, fileBytes: 1 << 20, version: '1', log });
      try {
        await trail.recordNow({ act: 'sign-in', by: BY });
        const empty = disk.fill(0);
        const start = process.cpuUsage();
        for (let number = 0; number < 50; number++)
          trail.record({ act: 'used', what: 'retry', by: BY, detail: String(number) });
        // Of the processor: what a busy machine does in between counts for nothing.
        const { user, system } = process.cpuUsage(start);
        expect((user + system) / 1000).to.be.lessThan(200);
        const error = await trail.written().catch((thrown: unknown) => thrown);
        expect(error).to.include({ code: 'audit-unwritable' });
        expect(trail.trouble?.remedy).to.contain('Make room');
        empty();
        await trail.written();
        expect(trail.trouble).to.equal(undefined);
        expect(said).to.deep.equal([
          'The audit trail cannot be written; exams go on',
          'The audit trail is written again',
        ]);
        const { lines, problems } = await verifyAudit(disk.folder);
        expect({ lines, problems }).to.deep.equal({ lines: 51, problems: [] });
      } finally {
        await trail.close();
      }
    });

    it('ends in the log where the disk never takes it', async () => {
      const messages: unknown[] = [];
      const log: AuditLog = {
        ...SILENT,
        error: (fields) => void messages.push((fields as { message?: string }).message),
      };
      const trail = await AuditTrail.open({ folder: disk.folder, fileBytes: 1 << 20, version: '1', log });
      const empty = disk.fill(0);
      trail.record({ act: 'used', what: 'pause', by: BY, detail: 'x'.repeat(9000) });
      await trail.close();
      empty();
      expect(messages.filter((message) => message !== undefined)).to.have.lengthOf(1);
      expect(messages.at(-1)).to.contain('<AuditMessage>').and.to.contain('pause');
    });
  });

  it('is not begun where it cannot be written', async () => {
    const named = await AuditTrail.open({
      folder: '/proc/mamori',
      fileBytes: 1,
      version: '1',
      log: SILENT,
    }).catch((thrown: unknown) => thrown);
    expect(named).to.include({ code: 'audit-unwritable' });
  });
});

describe('Settings that changed', () => {
  const by = { userId: 'root' };
  const kept = (values: Record<string, string>, secrets: Record<string, string> = {}) => ({
    values: new Map(Object.entries(values)),
    secrets: new Map(Object.entries(secrets)),
  });

  it('are named at a later start where the disk took nothing at this one', async () => {
    const folder = newFolder();
    const first = await openTrail(folder);
    await first.noteSettings(kept({ 'poll.lookbackDays': '3' }), by);
    await first.close();
    const blocked = join(folder, 'audit-000000000001.log');
    mkdirSync(blocked);
    const second = await openTrail(folder);
    const code = await second.noteSettings(kept({ 'poll.lookbackDays': '7' }), by).then(
      () => 'none',
      (error) => error.code,
    );
    expect(code).to.equal('audit-unwritable');
    await second.close();
    rmdirSync(blocked);
    const third = await openTrail(folder);
    await third.noteSettings(kept({ 'poll.lookbackDays': '7' }), by);
    await third.close();
    const entries = await auditEntries(folder, { limit: 9 });
    expect(entries.flatMap(({ about }) => about)).to.include('poll.lookbackDays: 3 → 7');
  });

  it('are named at the next start with their values, secrets without', async () => {
    const folder = newFolder();
    const trail = await openTrail(folder);
    await trail.noteSettings(
      kept({ 'poll.lookbackDays': '3', gone: 'x' }, { 'pacs.auth.password': 'geheim1' }),
      by,
    );
    await trail.noteSettings(
      kept({ 'poll.lookbackDays': '3', gone: 'x' }, { 'pacs.auth.password': 'geheim1' }),
      by,
    );
    await trail.written();
    expect(await auditEntries(folder, { limit: 9 })).to.deep.equal([]);
    await trail.noteSettings(
      kept({ 'poll.lookbackDays': '7', new: 'y' }, { 'pacs.auth.password': 'geheim2' }),
      by,
    );
    await trail.close();
    const [entry] = await auditEntries(folder, { limit: 9 });
    expect(entry?.about).to.have.members([
      'pacs.auth.password changed',
      'poll.lookbackDays: 3 → 7',
      'new: (none) → y',
      'gone: x → (none)',
    ]);
    for (const file of [...logFiles(folder), join(folder, 'head.db')])
      expect(readFileSync(file, 'latin1'), file).to.not.match(/geheim/);
  });
});
