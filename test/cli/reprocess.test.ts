import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { startArchive } from '../../src/demo/index.js';
import { sopClass } from '../../src/dicom/index.js';
import { DicomWeb } from '../../src/dicomweb/index.js';
import { openLedger } from '../../src/ledger/index.js';
import { makeExam } from '../../src/phantom/index.js';
import { MAIN, mamori } from '../mamori.js';
import { smallBundle } from '../model/bundles.js';
import { startRelay } from '../pacs/relay.js';
import { scratchFolder } from '../scratch.js';

interface Listed {
  entries: { types: string[]; about: string[]; failure?: string }[];
}

describe('mamori reprocess', () => {
  const config = join(scratchFolder('cli'), 'mamori.yaml');

  it('reprocesses after saying what that writes, and, killed on its way, writes nothing twice', async function () {
    this.timeout(120_000);
    const archive = await startArchive();
    const relay = await startRelay(archive.url);
    const pacs = new DicomWeb({ url: archive.url });
    try {
      const dates = ['20200103', '20200104', '20200105', '20200106'];
      const studies = dates.map((date) => makeExam({ rows: 128, columns: 104, seed: date, date }));
      for (const { bytes } of studies.flat()) archive.add(bytes);
      const { directory } = await smallBundle();
      const model = JSON.stringify({ bundle: directory, engine: 'onnxruntime', device: 'cpu' });
      const text = `pacs: { url: "${relay.url}" }\nmodel: ${model}\nledger: { url: "sqlite:l.db" }\n`;
      writeFileSync(config, text);
      const range = ['--from', '2020-01-01', '--to', '2020-01-31', '--rate', '36000'];
      expect((await mamori('backfill', '-c', config, ...range)).code).to.equal(0);
      const same = await mamori('reprocess', '-c', config, ...range, '--yes');
      expect(same.code, same.err).to.equal(0);
      expect(same.out)
        .to.match(/^4 exams left alone/)
        .and.include('nothing to be processed again');

      writeFileSync(config, `${text}explain: { method: integrated-grad-cam, steps: 2 }\n`);
      const shown = await mamori('reprocess', '-c', config, ...range, '--dry-run');
      expect(shown.code).to.equal(0);
      expect(shown.out)
        .to.match(/^4 exams to be processed again with small 1\.0\.0, at most 36000 an hour: about 1 min\.$/m)
        .and.match(/about 4 tid1500, 16 secondary-capture.*; about \d+ MB\.$/m);
      const unasked = await mamori('reprocess', '-c', config, ...range);
      expect(unasked.code).to.equal(2);
      expect(unasked.err).to.include('--yes');
      expect((await mamori('reprocess', '-c', config)).code).to.equal(2);

      const reports = async () => {
        const instances = await Promise.all(studies.map((made) => pacs.instances(made[0]!.studyInstanceUID)));
        return instances.flat().filter((one) => one.sopClassUID === sopClass.Comprehensive3DSR).length;
      };
      const ledger = await openLedger({ url: `sqlite:${join(dirname(config), 'l.db')}` });
      await ledger.pause('ana', undefined);
      const paused = await mamori('reprocess', '-c', config, ...range, '--yes');
      expect([paused.code, await reports()]).to.deep.equal([1, 4]);
      expect(paused.out).to.include('PAUSED by ana').and.not.include('Nothing was left');
      await ledger.goOn();
      await ledger.disconnect();

      // The archive takes the results of one exam only, so that it is killed on its way and not at its end.
      let first: string | undefined;
      relay.fate = (line) => {
        if (!line.startsWith('POST ')) return 'pass';
        first ??= line;
        return line === first ? 'pass' : 'hang';
      };
      const killed = spawn(process.execPath, [MAIN, 'reprocess', '-c', config, ...range, '--yes']);
      const ended = once(killed, 'exit');
      while ((await reports()) < 5 && killed.exitCode === null) await sleep(5);
      killed.kill('SIGKILL');
      await ended;
      relay.fate = () => 'pass';
      const rest = await mamori('reprocess', '-c', config, ...range, '--yes', '--json');
      expect(rest.code, rest.err + rest.out).to.equal(0);
      expect(JSON.parse(rest.out)).to.include({ whole: true });
      expect(JSON.parse(rest.out).plan.exams, 'it was killed before its end').to.be.greaterThan(0);
      expect(await reports()).to.equal(8);

      const { entries } = JSON.parse((await mamori('audit', '--json', '-c', config)).out) as Listed;
      const orders = entries.filter(({ types }) => ['backfill', 'reprocess'].includes(types[1] ?? ''));
      const ends = orders.map(
        ({ about, failure }) =>
          failure?.replace(/\d{4}-\S+Z/, 'TIME') ?? about[0]!.replace(/"exams":\d/, '"exams":N'),
      );
      const asked =
        'reprocess: {"exams":N,"model":"small 1.0.0","from":"20200101","to":"20200131","perHour":36000}';
      expect(ends.slice(0, 7)).to.deep.equal([
        'backfill: {"from":"20200101","to":"20200131","perHour":36000}',
        'backfill: done: 4 exams (4 delivered)',
        asked,
        'stopped: 0 exams',
        asked,
        'no known end: its process is gone; begun TIME',
        asked,
      ]);
      expect(ends.slice(7)).to.have.lengthOf(1);
      expect(ends[7]).to.match(/^reprocess: done: (\d) exams? \(\1 delivered\)$/);
    } finally {
      await pacs.close();
      await relay.close();
      await archive.close();
    }
  });
});
