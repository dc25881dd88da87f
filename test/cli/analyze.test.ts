import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import type { Bundle } from '../../src/model/index.js';
import { type MadeInstance, makeExam, makeInstance } from '../../src/phantom/index.js';
import { mountSmallDisk } from '../fixtures/smallDisk.js';
import { smallBundle } from '../model/bundles.js';
import { commandFolder, run } from './commandFolder.js';

describe('mamori analyze', () => {
  const here = commandFolder();

  const SMALL = { rows: 128, columns: 104, date: '20260302' };
  const made = makeExam({ ...SMALL, seed: 'analyze' });
  const analyze = async (instances: MadeInstance[]): Promise<number> => {
    const files = instances.map(({ bytes }, i) => {
      const file = join(here.folder, `${i}.dcm`);
      writeFileSync(file, bytes);
      return file;
    });
    return (await run(['analyze', ...files, '--out', join(here.folder, 'out'), '--model', bundle.directory]))
      .code;
  };
  let bundle: Bundle;
  before(async () => {
    bundle = await smallBundle();
  });

  it('ends with 0 where all that should be analysed was, whatever raw twins lie beside', async () => {
    const raw = makeExam({ ...SMALL, seed: 'raw', intent: 'processing' });
    const magnified = makeInstance({ ...SMALL, seed: 'analyze', modifier: 'magnification' });
    expect(await analyze([...made, ...raw, magnified])).to.equal(0);
  });

  it('ends with 1 for what should have been analysed and was not, and for what is not a mammogram', async () => {
    for (const kind of ['truncated', 'secondary-capture', 'tomosynthesis'] as const) {
      const stray = makeInstance({ ...SMALL, seed: 'analyze', kind });
      // Of the last round: a folder that holds another study's results is refused.
      rmSync(join(here.folder, 'out'), { recursive: true, force: true });
      expect(await analyze([made[0]!, stray]), kind).to.equal(1);
    }
    rmSync(join(here.folder, 'out'), { recursive: true, force: true });
    expect(await analyze([makeInstance({ ...SMALL, modifier: 'magnification' })])).to.equal(1);
  });

  it('writes every kind that the settings switch on', async () => {
    const file = join(here.folder, 'image.dcm');
    writeFileSync(file, made[0]!.bytes);
    const chosen = join(here.folder, 'analyze.yaml');
    writeFileSync(
      chosen,
      `pacs: { url: http://localhost }\nmodel: { bundle: ${bundle.directory} }\n` +
        'outputs: { reports: [tid1500, mammography-cad], secondaryCapture: { longEdge: 512 } }\n',
    );
    const { code, out } = await run([
      'analyze',
      file,
      '--out',
      join(here.folder, 'both'),
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
    const file = join(here.folder, 'L.dcm');
    writeFileSync(file, made[0]!.bytes);
    const { code, err } = await run(['analyze', file, '--out', file]);
    expect(err).to.match(/L\.dcm, or what is above it, is a file and no folder\.\nName a folder/);
    expect(code).to.equal(2);
  });

  for (const out of ['/proc/results', '/proc/results/deeper', '/proc']) {
    it(`says at once that nothing can be written to ${out}`, async function () {
      if (!existsSync(`/${out.split('/')[1]}`)) this.skip();
      const file = join(here.folder, 'L.dcm');
      writeFileSync(file, made[0]!.bytes);
      // Read before any work: there is no such model.
      const { code, err } = await run(['analyze', file, '--out', out, '--model', join(here.folder, 'none')]);
      expect(err).to.match(/^The results cannot be written to .* \(E[A-Z]+: [a-z ,-]+\)\.\n/);
      expect(code).to.equal(1);
    });
  }

  it('replaces the results of the same study as a whole', async () => {
    expect(await analyze(made)).to.equal(0);
    const out = join(here.folder, 'out');
    const all = readdirSync(out);
    expect(all).to.include('RMLO-4.png').and.include('tid1500.dcm');
    expect(await analyze(made.slice(0, 1))).to.equal(0);
    expect(readdirSync(out).sort()).to.deep.equal(['RCC-1.dcm', 'RCC-1.png', 'tid1500.dcm']);
  });

  it('refuses at once a folder that holds anything but results of the same study', async () => {
    const out = join(here.folder, 'out');
    const other = makeExam({ ...SMALL, seed: 'other' });
    const image = join(here.folder, 'image.dcm');
    writeFileSync(image, made[0]!.bytes);
    const refused = async (files: string[], place: string, held: RegExp) => {
      const before = readdirSync(place);
      // Read before any work: there is no such model.
      const { code, err } = await run(['analyze', ...files, '--out', place, '--model', here.folder]);
      expect(err).to.match(held).and.contain('Name another folder');
      expect(code).to.equal(2);
      expect(readdirSync(place)).to.deep.equal(before);
    };
    expect(await analyze(other.slice(0, 1))).to.equal(0);
    await refused([image], out, /out holds .*\.dcm, which is not a result of study/);
    const both = [image, join(here.folder, '0.dcm')];
    await refused(both, out, /out holds .*, which is not a folder of a study/);
    // The images themselves are of the study, and no results.
    await refused([image], here.folder, /holds .*, which is not a result of study/);
    const alone = join(here.folder, 'images');
    mkdirSync(alone);
    writeFileSync(join(alone, 'LCC-1.dcm'), made[0]!.bytes);
    await refused([join(alone, 'LCC-1.dcm')], alone, /holds LCC-1\.dcm, which is not a result of study/);
  });

  it('gives each of several studies its folder, twice too', async () => {
    const two = [made[0]!, makeExam({ ...SMALL, seed: 'other' })[0]!];
    for (const _ of two) {
      expect(await analyze(two)).to.equal(0);
      const studies = two.map(({ studyInstanceUID }) => studyInstanceUID);
      expect(readdirSync(join(here.folder, 'out'))).to.have.members(studies);
    }
  });

  it('names a full disk before the work or after it, and leaves nothing half-written', async function () {
    const disk = mountSmallDisk(join(here.folder, 'disk'), 300, this);
    try {
      const file = join(here.folder, 'L.dcm');
      writeFileSync(file, made[0]!.bytes);
      const out = join(disk.folder, 'out');
      const args = ['analyze', file, '--out', out, '--model', bundle.directory];
      for (const leaving of [0, 20_000]) {
        const empty = disk.fill(leaving);
        const { code, err } = await run(args);
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
