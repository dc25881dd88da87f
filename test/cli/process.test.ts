import { once } from 'node:events';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Archive, startArchive } from '../../src/demo/index.js';
import { dicomDate } from '../../src/dicom/index.js';
import { DicomWeb } from '../../src/dicomweb/index.js';
import { makeExam, makeInstance } from '../../src/phantom/index.js';
import { smallBundle } from '../model/bundles.js';
import { commandFolder, run, runHere } from './commandFolder.js';

describe('mamori process and once', () => {
  const here = commandFolder();

  const exam = makeExam({ rows: 128, columns: 104, date: '20260302', seed: 'process' });
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
  beforeEach(() => writeFileSync(here.config, settings));

  it('ends with 1 for a partial result, which retry finds by its state', async () => {
    const broken = makeInstance({ rows: 128, columns: 104, seed: 'half', kind: 'missing-pixels' });
    const [whole] = makeExam({ rows: 128, columns: 104, seed: 'half', views: ['RCC'] });
    for (const { bytes } of [broken, whole!]) archive.add(bytes);
    const { code, out } = await run(['process', '-c', here.config, whole!.studyInstanceUID]);
    expect(out)
      .to.match(/ partial +\d/)
      .and.contain(broken.sopInstanceUID);
    expect(code).to.equal(1);
    expect((await runHere(['status', '-c', here.config])).out).to.match(/1 partial/);
    const retry = (...which: string[]) => runHere(['retry', '-c', here.config, '--json', ...which]);
    const retried = async (...which: string[]) => JSON.parse((await retry(...which)).out).retried.length;
    expect(await retried('--state', 'failed')).to.equal(0);
    expect(await retried('--since', '2099-01-01')).to.equal(0);
    expect(await retried('--reason', 'no-such-reason')).to.equal(0);
    expect(await retried('--state', 'partial', '--since', '2020-01-01')).to.equal(1);
    expect((await retry('--since', 'yesterday')).code).to.equal(2);
  });

  it('processes a study once, and says how to have it twice', async () => {
    expect((await run(['process', '-c', here.config, study])).out).to.match(/ delivered +\d/);
    const again = await run(['process', '-c', here.config, study]);
    expect(again.out).to.match(/ closed-before .*--force/);
    expect(again.code).to.equal(0);
  });

  it('writes what it would store into a folder without needing a ledger, or one that it can read', async () => {
    const out = join(here.folder, 'dry');
    const dryRun = () => run(['process', '-c', here.config, study, '--dry-run', out]);
    const first = await dryRun();
    expect(first.code, first.err).to.equal(0);
    expect(readdirSync(join(out, study)).filter((name) => name.endsWith('.dcm'))).to.have.length(5);
    expect(statSync(out).mode & 0o077, 'patient data').to.equal(0);
    expect(existsSync(join(here.folder, 'l.db'))).to.equal(false);
    writeFileSync(join(here.folder, 'l.db'), 'this is not a database, whatever it is called. '.repeat(50));
    const blind = await dryRun();
    expect(blind.code).to.equal(0);
    expect(blind.err).to.match(/ledger .* cannot be used.*as if the study had never been processed/);
  });

  it('says that the PACS has no such study, and notes nothing of it', async () => {
    const { code, out } = await run(['process', '-c', here.config, '2.25.404']);
    expect(out).to.contain('The PACS shows no study 2.25.404');
    expect(code).to.equal(1);
    expect((await runHere(['status', '-c', here.config])).out).to.match(/^0 waiting.* 0 not-processed$/m);
    const dry = await run(['process', '-c', here.config, '2.25.404', '--dry-run', join(here.folder, 'dry')]);
    expect(dry.out).to.equal(out);
    expect(dry.code).to.equal(1);
  });

  it('says how far back it looked for studies', async () => {
    const today = makeExam({ rows: 128, columns: 104, date: dicomDate(new Date()), seed: 'today' });
    const pacs = new DicomWeb({ url: archive.url, auth: { type: 'none' } });
    await pacs.store(today[0]!.studyInstanceUID, today);
    await pacs.close();
    const { out } = await run(['once', '-c', here.config]);
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
    writeFileSync(here.config, settings.replace(archive.url, `http://127.0.0.1:${port}/dicom-web`));
    const { code, out, err } = await run(['once', '-c', here.config, '--json']);
    server.close();
    expect(JSON.parse(out).problems).to.have.nested.property('[0].code', 'pacs-unauthorised');
    expect(err).to.contain('The PACS refuses us');
    expect({ code, asked }).to.deep.equal({ code: 1, asked: 1 });
  });

  it('does not call it none where the PACS cannot be asked', async () => {
    writeFileSync(here.config, settings.replace(archive.url, 'http://127.0.0.1:18299/dicom-web'));
    const { code, out } = await run(['once', '-c', here.config]);
    expect(out).to.match(/^The PACS cannot be reached: ECONNREFUSED/);
    expect(code).to.equal(1);
  });
});
