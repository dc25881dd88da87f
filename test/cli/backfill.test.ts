import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { startArchive } from '../../src/demo/index.js';
import { makeExam } from '../../src/phantom/index.js';
import { smallBundle } from '../model/bundles.js';
import { startRelay } from '../pacs/relay.js';
import { commandFolder, run } from './commandFolder.js';

describe('mamori backfill', () => {
  const here = commandFolder();

  it('backfills a range of dates, says how far it is, and has nothing left to do the second time', async () => {
    const archive = await startArchive();
    try {
      for (const date of ['20200103', '20200105'])
        for (const { bytes } of makeExam({ rows: 128, columns: 104, seed: date, date })) archive.add(bytes);
      const { directory } = await smallBundle();
      const model = JSON.stringify({ bundle: directory, engine: 'onnxruntime', device: 'cpu' });
      writeFileSync(
        here.config,
        `pacs: { url: "${archive.url}" }\nmodel: ${model}\nledger: { url: "sqlite:l.db" }\n`,
      );
      const range = ['--from', '2020-01-01', '--to', '20200107', '--rate', '36000/h'];
      const first = await run(['backfill', '-c', here.config, ...range]);
      expect(first.code, first.err).to.equal(0);
      expect(first.out)
        .to.match(/7 of 7 days, 2 exams taken up/)
        .and.include('2 delivered');
      const again = await run(['backfill', '-c', here.config, ...range, '--json']);
      expect(JSON.parse(again.out)).to.deep.include({ whole: true, exams: {} });
      expect(JSON.parse(again.out).progress).to.include({ taken: 0, known: 2 });
    } finally {
      await archive.close();
    }
    for (const wrong of [
      ['--from', '2020-02-31', '--to', '2020-03-01'],
      ['--from', '2020-02-01', '--to', '2020-01-01'],
    ])
      expect((await run(['backfill', '-c', here.config, ...wrong])).code).to.equal(2);
  });

  it('backfills past a day that cannot be listed, names it with the reason, and ends with exit code 1', async () => {
    const archive = await startArchive();
    const relay = await startRelay(archive.url);
    try {
      relay.fate = (line) => (line.includes('StudyDate=20200105&') ? { status: 413 } : 'pass');
      for (const { bytes } of makeExam({ rows: 128, columns: 104, seed: 'old', date: '20200103' }))
        archive.add(bytes);
      const { directory } = await smallBundle();
      const model = JSON.stringify({ bundle: directory, engine: 'onnxruntime', device: 'cpu' });
      writeFileSync(
        here.config,
        `pacs: { url: "${relay.url}" }\nmodel: ${model}\nledger: { url: "sqlite:l.db" }\n`,
      );
      const ended = await run(['backfill', '-c', here.config, '--from', '2020-01-01', '--to', '2020-01-07']);
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
});
