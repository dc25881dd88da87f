import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { openLedger } from '../../src/ledger/index.js';
import { commandFolder, run, runHere, TROUBLE } from './commandFolder.js';

describe('mamori status, on a ledger', () => {
  const here = commandFolder();

  it('shows counts, exams and reasons', async () => {
    await here.withExams();
    const { code, out } = await runHere(['status', '-c', here.config]);
    // No service runs that could tell of the PACS.
    expect(code).to.equal(3);
    expect(out).to.contain('1 waiting').and.contain('1 not-processed');
    expect(out).to.match(/^Trouble: 1 not-processed .*The PACS does not answer\.\n {2}2\.25\.1$/m);
    expect(out).to.match(/^2\.25\.1 +not-processed +0\/0 +1 .* pacs-unreachable$/m);
    expect(out).to.match(/^2\.25\.2 +waiting/m);
  });

  it('is one JSON object when asked, of the states or the study named', async () => {
    await here.withExams();
    const all = JSON.parse((await runHere(['status', '-c', here.config, '--json'])).out);
    expect(all.counts).to.include({ waiting: 1, 'not-processed': 1 });
    expect(all.exams).to.have.lengthOf(2);
    const some = JSON.parse(
      (await runHere(['status', '-c', here.config, '--json', '--state', 'waiting'])).out,
    );
    expect(some.exams.map((exam: { studyInstanceUID: string }) => exam.studyInstanceUID)).to.deep.equal([
      '2.25.2',
    ]);
    const one = JSON.parse((await runHere(['status', '-c', here.config, '--json', '--study', '2.25.1'])).out);
    expect(one.history.map(({ event }: { event: string }) => event)).to.deep.equal([
      'seen',
      'claimed',
      'given-up',
    ]);
  });

  it('says so where it knows nothing of the study named', async () => {
    await here.withExams();
    const { out } = await runHere(['status', '-c', here.config, '--study', '2.25.404']);
    expect(out).to.contain('knows no such exam of study 2.25.404');
  });

  it('takes the settings file from the environment too', async () => {
    await here.withExams();
    expect((await run(['status'], { MAMORI_CONFIG: here.config })).out).to.match(/^1 waiting, /);
  });

  it('makes no ledger where there is none, nor does retry or adopt: the name may be mistyped', async () => {
    for (const command of ['status', 'retry', 'adopt']) {
      const { code, err } = await runHere([command, '-c', here.config]);
      expect(err, command)
        .to.match(/There is no ledger .*l\.db/)
        .and.match(/Check ledger\.url/);
      expect(code, command).to.equal(2);
    }
    expect(existsSync(join(here.folder, 'l.db'))).to.equal(false);
  });
});

describe('mamori retry and adopt', () => {
  const here = commandFolder();

  it('puts what failed back, and says so', async () => {
    await here.withExams(await here.served());
    const { code, out } = await runHere(['retry', '-c', here.config]);
    expect(out).to.equal('1 exam is tried again in the next cycle.\n');
    expect(code).to.equal(0);
    const { counts } = JSON.parse((await runHere(['status', '-c', here.config, '--json'])).out);
    expect(counts).to.include({ failed: 1, 'not-processed': 0 });
  });

  it('counts apart what another version left, and names what hands it over', async () => {
    await here.withExams({ ...(await here.served()), modelVersion: '0.0.0' });
    const { out } = await runHere(['retry', '-c', here.config]);
    expect(out).to.match(/^1 exam is left: of another version or other settings .* mamori reprocess\.\n$/);
    expect(JSON.parse((await runHere(['adopt', '-c', here.config, '--json'])).out)).to.include({
      adopted: 1,
    });
  });

  it('delivers what another version made and could not deliver, and adopt says so and names it', async () => {
    const exam = {
      ...(await here.served()),
      studyInstanceUID: '2.25.7',
      settingsDigest: 'of-earlier-settings',
    };
    const names = { sopClassUID: '1', seriesInstanceUID: '2', sopInstanceUID: '3' };
    const ledger = await openLedger(`sqlite:${join(here.folder, 'l.db')}`);
    await ledger.observe(exam, { fingerprint: 'x' });
    const claim = (await ledger.claim(exam, 'w', 60_000))!;
    const object = { kind: 'tid1500' as const, ...names, bytes: new Uint8Array(9) };
    await ledger.keepObjects(claim, [object], { kind: 'processed' });
    await ledger.giveUp(claim, { code: 'delivery-refused', reason: 'The PACS refused the results.' });
    await ledger.disconnect();
    const given = await runHere(['adopt', '-c', here.config]);
    expect(given.out).to.match(
      /^1 exam is left whose results another version has made .* mamori retry delivers these .* as they are\.\n$/,
    );
    expect(JSON.parse((await runHere(['adopt', '-c', here.config, '--json'])).out)).to.deep.include({
      adopted: 0,
      undelivered: { again: 0, givenUp: 1 },
    });
    expect((await runHere(['retry', '-c', here.config])).out).to.match(/^1 exam is tried again/);
    expect((await runHere(['adopt', '-c', here.config])).out).to.match(
      /^1 exam is left whose results another version has made already: a running service delivers/,
    );
  });

  it('says that there is nothing to try', async () => {
    await (await openLedger(`sqlite:${join(here.folder, 'l.db')}`)).disconnect();
    expect((await runHere(['retry', '-c', here.config])).out).to.equal(
      'There is nothing of that kind to be tried again.\n',
    );
  });

  it('ends with 1 for a study that has nothing to be retried, and names it', async () => {
    await here.withExams();
    const { code, out } = await runHere([
      'retry',
      '-c',
      here.config,
      '--json',
      '2.25.1',
      '2.25.2',
      '2.25.404',
    ]);
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
    const model = await here.served();
    const ledger = await openLedger(`sqlite:${join(here.folder, 'l.db')}`);
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
    expect((await runHere(['retry', '-c', here.config, '2.25.1'])).out).to.match(/^1 exam is tried again/);
    const { code, out } = await runHere(['retry', '-c', here.config, '2.25.1']);
    expect(out).to.match(/^2\.25\.1: waits already/);
    expect(code).to.equal(0);
  });

  it('leaves alone what the model refuses, says so, and tries it where that reason is named', async () => {
    const model = await here.served();
    const ledger = await openLedger(`sqlite:${join(here.folder, 'l.db')}`);
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
    const bare = await runHere(['retry', '-c', here.config]);
    expect(bare.code).to.equal(0);
    expect(bare.out)
      .to.match(/^1 exam is tried again in the next cycle\.\n/)
      .and.match(/\n2 exams are left not-processed \(images-refused\): .* --reason images-refused\.\n$/);
    const asked = await runHere(['retry', '-c', here.config, '--json', '--reason', 'images-refused']);
    expect(JSON.parse(asked.out)).to.deep.include({ left: [] });
    expect(JSON.parse(asked.out).retried).to.have.length(2);
  });
});
