import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import sharp from 'sharp';
import { type LabelledImage, parseCsvTable } from '../../src/dataset/index.js';
import { encodeSplit, SPLIT_FILE } from '../../src/dataset/splitRecord.js';
import { MamoriError } from '../../src/errors.js';
import {
  type Evaluation,
  EvaluationError,
  type EvaluationOptions,
  evaluate,
} from '../../src/evaluation/index.js';
import { rocDrawing } from '../../src/evaluation/report/drawing.js';
import { writeBundle } from '../../src/model/bundleWriter.js';
import { type Bundle, loadBundle } from '../../src/model/index.js';
import { makeExam } from '../../src/phantom/index.js';
import { mountSmallDisk } from '../fixtures/smallDisk.js';
import { describeBundle, scratchFolder, smallBundle } from '../model/bundles.js';
import { refusal as refusalOf } from '../refusal.js';
import { evaluationOptions } from './evaluationOptions.js';
import { type DataSet, patients, picture, QUARTER_TURN, turned, writeDataSet } from './pictures.js';

const QUIET = { stage: () => {}, progress: () => {} };

const refusal = (work: Promise<unknown>) => refusalOf(work, MamoriError);

async function mamori(...given: string[]): Promise<{ code: number; stdout: string }> {
  const program = join(process.cwd(), 'dist/src/cli/main.js');
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...given], (error, stdout) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout });
    });
  });
}

/** The small bundle with a record of the cases that it was made from. */
async function bundleMadeFrom(parts: Record<'training' | 'validation' | 'test', string[]>): Promise<Bundle> {
  const plain = await smallBundle();
  const images = (names: string[]) => names.map((name) => ({ case: name }) as LabelledImage);
  const split = {
    training: images(parts.training),
    validation: images(parts.validation),
    test: images(parts.test),
  };
  const files: Record<string, Uint8Array> = { [SPLIT_FILE]: Buffer.from(encodeSplit(split)) };
  for (const name of Object.keys(plain.files)) files[name] = await readFile(join(plain.directory, name));
  return writeBundle(
    join(await scratchFolder(), 'known'),
    describeBundle(plain.input, plain.targetLayer),
    files,
  );
}

describe('an evaluation', function () {
  this.timeout(120_000);
  let bundle: Bundle;
  let set: DataSet;
  before(async () => {
    bundle = await smallBundle();
    set = await writeDataSet(patients(16));
  });

  it('writes a page that loads nothing, JSON, and a line of CSV for each image', async () => {
    const given = await evaluationOptions(bundle, set);
    const evaluation = await evaluate(given, QUIET);
    expect((await readdir(given.out)).sort()).to.deep.equal([
      'evaluation.html',
      'evaluation.json',
      'predictions.csv',
    ]);
    // Where a line ends is of no account.
    const page = (await readFile(join(given.out, 'evaluation.html'), 'utf8')).replace(/\s+/g, ' ');
    expect(page).to.match(/^<!doctype html>/);
    expect(page).to.not.match(
      /<script|<link|src="(?!data:)|href="(?!#)|url\(|NaN|undefined|Infinity|\[object/,
    );
    const json = JSON.parse(await readFile(join(given.out, 'evaluation.json'), 'utf8')) as Evaluation;
    expect(json).to.deep.equal(JSON.parse(JSON.stringify(evaluation)));
    const lines = (await readFile(join(given.out, 'predictions.csv'), 'utf8')).trim().split('\n');
    expect(lines[0]).to.equal('file,case,label,raw_probability,probability,positive,distance,not_analysed');
    expect(lines).to.have.length(33);
    expect(json.levels.image.count).to.equal(32);
    expect(json.levels.patient).to.include({ count: 16, positives: 8 });
    expect(json.levels.breast!.count).to.equal(16);
    expect(json.subgroups.map(({ column, value }) => `${column} ${value}`)).to.deep.equal([
      'side LEFT',
      'view CC',
      'view MLO',
    ]);
    const { table, levels } = json;
    expect(table.accuracy).to.equal(levels.image.atOperatingPoint.accuracy.value);
    // Paths of this machine are nobody's business.
    expect(JSON.stringify(json)).to.not.include(set.folder);
    expect(page).to.not.include(set.folder);
  });

  it('keeps a name with a comma in it in one cell of predictions.csv', async () => {
    const lines = patients(8).map((line) => ({ ...line, case: `"${line.case}, Jane"` }));
    const given = await evaluationOptions(bundle, await writeDataSet(lines), { rounds: 10 });
    await evaluate(given, QUIET);
    const table = parseCsvTable(await readFile(join(given.out, 'predictions.csv'), 'utf8'));
    expect(table.lines.map(({ cells }) => cells.length)).to.deep.equal(Array(16).fill(table.columns.length));
    const cases = table.lines.map(({ cells }) => cells[table.columns.indexOf('case')]);
    expect(new Set(cases)).to.deep.equal(new Set(lines.map((line) => line.case.slice(1, -1))));
  });

  it('gives the ROC curve for a README, in light and dark, as a picture that loads nothing', async () => {
    const evaluation = await evaluate(await evaluationOptions(bundle, set), QUIET);
    const [light, dark] = [rocDrawing(evaluation, 'light'), rocDrawing(evaluation, 'dark')];
    expect(light).to.not.equal(dark);
    for (const drawing of [light, dark]) {
      expect(drawing).to.not.match(/<script|href|url\(|NaN|undefined|\[object/);
      const { width, height, format } = await sharp(Buffer.from(drawing)).metadata();
      expect({ width, height, format }).to.deep.equal({ width: 448, height: 446, format: 'svg' });
      expect(drawing).to.include(`AUC ${evaluation.levels.patient.auc.value!.toFixed(2)} by patient`);
    }
  });

  it('gives the same bytes again for the same seed', async () => {
    const [first, second] = [await evaluationOptions(bundle, set), await evaluationOptions(bundle, set)];
    await evaluate(first, QUIET);
    await evaluate(second, QUIET);
    for (const file of await readdir(first.out))
      expect(
        (await readFile(join(first.out, file))).equals(await readFile(join(second.out, file))),
        file,
      ).to.equal(true);
  });

  it('finds the trap of images that lie on their side', async () => {
    const trap = await writeDataSet(
      patients(16).map((line) =>
        line.label === 'malignant' ? { ...line, image: turned(line.image, QUARTER_TURN) } : line,
      ),
    );
    const { shortcuts } = await evaluate(await evaluationOptions(bundle, trap), QUIET);
    expect(shortcuts.shortcuts[0]!.auc.value).to.equal(1);
  });

  it('says it before all figures when plain statistics give the labels away', async () => {
    // The malignant ones are brighter: whoever sees that needs no lesion.
    const bright = await writeDataSet(patients(24));
    const given = await evaluationOptions(bundle, bright);
    const { warnings, shortcuts } = await evaluate(given, QUIET);
    expect(shortcuts.learned.at(-1)!.auc.value).to.be.above(0.9);
    expect(warnings.join()).to.match(
      /Grey levels and differences .* AUC of (0\.9|1\.0).* no figure on these/,
    );
    expect((await readFile(join(given.out, 'evaluation.html'), 'utf8')).replace(/\s+/g, ' ')).to.include(
      'Statistics of what the network gets',
    );
  });

  it('warns of a brightness that tells the labels only where enough images show it', async () => {
    const bright = await writeDataSet(patients(24));
    const warned = async (shortcutImages?: number) => {
      const given = await evaluationOptions(bundle, bright, { rounds: 100, shortcutImages });
      return (await evaluate(given, QUIET)).warnings.join().includes('may have learnt that instead');
    };
    expect(await warned()).to.equal(true);
    expect(await warned(2)).to.equal(false);
  });

  it('takes DICOM files as it takes PNG files', async () => {
    const lines = patients(2).slice(0, 2);
    const dicom = await writeDataSet([...patients(2)]);
    const [exam] = makeExam({ seed: 3, rows: 128, columns: 96, views: ['LCC'] });
    await writeFile(join(dicom.data, lines[0]!.file), exam!.bytes);
    const { data } = await evaluate(await evaluationOptions(bundle, dicom, { rounds: 10 }), QUIET);
    expect(data.images).to.equal(4);
  });

  it('gives figures for further columns that are asked for, and refuses those that are not', async () => {
    const more = await writeDataSet(patients(4), 'file,label,case,view,density');
    const { subgroups, levels } = await evaluate(
      await evaluationOptions(bundle, more, { subgroups: ['view', 'density'], rounds: 10 }),
      QUIET,
    );
    const names = subgroups.map(({ column, value }) => `${column} ${value}`);
    expect(names, 'each once').to.deep.equal(['view CC', 'view MLO', 'density dense', 'density fatty']);
    expect(levels.breast, 'no side, no breast').to.equal(null);
    const error = await refusal(evaluate(await evaluationOptions(bundle, more), QUIET));
    expect(error.code).to.equal('labels-malformed');
    expect(error.message).to.include('density');
  });

  it('checks the heat maps and shows made exams only', async () => {
    const given = await evaluationOptions(bundle, set, { explanations: true });
    const { explanations } = await evaluate(given, QUIET);
    expect(explanations!.randomised!.images).to.equal(16);
    expect(explanations!.planted.views).to.have.length(12);
    // Where a line ends is of no account.
    const page = (await readFile(join(given.out, 'evaluation.html'), 'utf8')).replace(/\s+/g, ' ');
    expect(page.match(/<img alt="Made mammogram/g)).to.have.length(2);
    expect(page).to.not.match(/NaN|undefined|\[object/);
  });

  it('records in the bundle whether its heat maps passed, and names the bundle as it then is', async () => {
    const copy = join(await scratchFolder(), 'bundle');
    await cp(bundle.directory, copy, { recursive: true });
    const more = { explanations: true, rounds: 10 };
    const first = { ...(await evaluationOptions(bundle, set, more)), model: copy, record: true };
    const { heatMaps, model } = await evaluate(first, QUIET);
    const recorded = await loadBundle(copy);
    expect(recorded.heatMaps).to.deep.equal(heatMaps);
    expect(recorded.files).to.deep.equal(bundle.files);
    expect(model.digest).to.equal(recorded.digest);
    const again = { ...(await evaluationOptions(bundle, set, more)), model: copy };
    await evaluate(again, QUIET);
    const [one, other] = await Promise.all(
      [first, again].map(({ out }) => readFile(join(out, 'evaluation.json'), 'utf8')),
    );
    expect(other).to.equal(one);
  });

  it('does not begin to record a verdict that nothing would give', async () => {
    const given = await evaluationOptions(bundle, set, { record: true });
    expect((await refusal(evaluate(given, QUIET))).code).to.equal('evaluation-no-verdict');
    expect((await loadBundle(bundle.directory)).heatMaps).to.equal(undefined);
  });

  it('stands beside another one on the page', async () => {
    const [first, second] = [
      await evaluationOptions(bundle, set),
      await evaluationOptions(bundle, set, { protocol: 'by-image' }),
    ];
    await evaluate(first, QUIET);
    second.compare = [join(first.out, 'evaluation.json')];
    const leaking = await evaluate(second, QUIET);
    expect(leaking.warnings[0]).to.match(/^LEAKING PROTOCOL/);
    // Where a line ends is of no account.
    const page = (await readFile(join(second.out, 'evaluation.html'), 'utf8')).replace(/\s+/g, ' ');
    expect(page).to.include('Two protocols').and.to.include('by image: leaking').and.to.include('0.92');
    const error = await refusal(evaluate({ ...second, compare: [set.labels] }, QUIET));
    expect(error.code).to.equal('evaluation-comparison');
  });

  describe('and the cases that the model was made from', () => {
    const names = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => `patient${from + index}`);

    it('leaves out training and validation, and takes the test part and whoever is new', async () => {
      const known = await bundleMadeFrom({
        training: names(0, 6),
        validation: names(6, 8),
        test: names(8, 10),
      });
      const { data, shortcuts, warnings } = await evaluate(await evaluationOptions(known, set), QUIET);
      expect(data.selection).to.deep.equal({
        rule: 'test',
        known: 'recorded',
        evaluated: { training: 0, validation: 0, test: 2, unseen: 6 },
        leftOut: { training: 6, validation: 2, test: 0, unseen: 0 },
      });
      expect(shortcuts.copies.seenImages).to.equal(16);
      expect(warnings.join()).to.not.include('were used for making this model');
    });

    it('says so loudly when they are evaluated all the same', async () => {
      const known = await bundleMadeFrom({ training: names(0, 6), validation: [], test: [] });
      const { warnings } = await evaluate(await evaluationOptions(known, set, { split: 'all' }), QUIET);
      expect(warnings[0]).to.include('6 of the 16 patients were used for making this model');
    });

    it('says that it cannot tell where the bundle does not', async () => {
      const { warnings, data } = await evaluate(await evaluationOptions(bundle, set), QUIET);
      expect(data.selection.known).to.equal('unknown');
      expect(warnings[0]).to.include('taken on trust');
    });

    it('has nothing to evaluate when all were used', async () => {
      const known = await bundleMadeFrom({ training: names(0, 16), validation: [], test: [] });
      const error = await refusal(evaluate(await evaluationOptions(known, set), QUIET));
      expect(error.code).to.equal('evaluation-no-cases');
      expect(error.remedy).to.include('--split all');
    });

    it('refuses a record with one patient on both sides', async () => {
      const known = await bundleMadeFrom({ training: names(0, 6), validation: [], test: names(5, 8) });
      expect((await refusal(evaluate(await evaluationOptions(known, set), QUIET))).code).to.equal(
        'split-patient-on-both-sides',
      );
    });

    it('refuses a copy, turned or not, of an image that the network was made from', async () => {
      const lines = patients(8);
      const copied = {
        ...lines[0]!,
        file: 'copy.png',
        case: 'somebody else',
        image: turned(lines[0]!.image, QUARTER_TURN),
      };
      const leaking = await writeDataSet([...lines, copied]);
      const known = await bundleMadeFrom({ training: names(0, 2), validation: [], test: [] });
      const given = await evaluationOptions(known, leaking);
      const error = await refusal(evaluate(given, QUIET));
      expect(error.code).to.equal('split-copies');
      expect(error.message).to.include('copy.png').and.to.include('0-CC.png');
      expect(await readdir(join(given.out, '..'))).to.deep.equal([]);
    });

    it('takes a list of images, unless it parts a patient or names one that was trained on', async () => {
      const known = await bundleMadeFrom({ training: names(0, 2), validation: [], test: [] });
      const list = async (...files: string[]) => {
        const file = join(set.folder, `list-${files.length}-${files[0]}.csv`);
        await writeFile(file, ['file', ...files, ''].join('\n'));
        return file;
      };
      const whole = ['4-CC.png', '4-MLO.png', '5-CC.png', '5-MLO.png'];
      const { data } = await evaluate(
        await evaluationOptions(known, set, { split: await list(...whole), rounds: 10 }),
        QUIET,
      );
      expect(data).to.deep.include({ images: 4, patients: 2 });
      for (const [name, text] of [
        ['semicolons', `\ufefflabel;file;case\n${whole.map((file) => `x;${file};x`).join('\r\n')}\n`],
        ['names alone', whole.map((file) => `"${file}"`).join('\n')],
      ] as const) {
        const split = join(set.folder, `${name}.csv`);
        await writeFile(split, text);
        const same = await evaluate(await evaluationOptions(known, set, { split, rounds: 10 }), QUIET);
        expect(same.data, name).to.deep.equal(data);
      }
      const codes = await Promise.all(
        [whole.slice(0, 3), ['0-CC.png', '0-MLO.png'], ['9.png']].map(
          async (files) =>
            (
              await refusal(
                evaluate(await evaluationOptions(known, set, { split: await list(...files) }), QUIET),
              )
            ).code,
        ),
      );
      expect(codes).to.deep.equal([
        'split-patient-on-both-sides',
        'split-patient-on-both-sides',
        'evaluation-list',
      ]);
      expect(
        (await refusal(evaluate(await evaluationOptions(known, set, { split: 'nowhere.csv' }), QUIET))).code,
      ).to.equal('evaluation-list');
    });
  });

  describe('refuses, and leaves nothing behind', () => {
    async function refused(
      more: Partial<EvaluationOptions>,
      given: DataSet = set,
      model: Bundle = bundle,
    ): Promise<MamoriError> {
      const asked = await evaluationOptions(model, given, more);
      const error = await refusal(evaluate(asked, QUIET));
      expect(error.remedy).to.be.a('string');
      expect(await readdir(join(asked.out, '..'))).to.deep.equal([]);
      return error;
    }

    it('a folder that holds something else', async () => {
      const taken = await scratchFolder();
      await writeFile(join(taken, 'thesis.doc'), 'three years of work');
      const asked = await evaluationOptions(bundle, set, { out: taken });
      const error = await refusal(evaluate(asked, QUIET));
      expect(error).to.be.instanceOf(EvaluationError).with.property('code', 'evaluation-place-taken');
      expect(await readdir(taken)).to.deep.equal(['thesis.doc']);
    });

    it('a place that cannot be written, before any work', async () => {
      const home = await scratchFolder();
      await writeFile(join(home, 'file'), '');
      const places = [
        join(home, 'file', 'results'),
        ...(existsSync('/proc') ? ['/proc/results', '/proc/x/y'] : []),
      ];
      for (const out of places) {
        // Found before the bundle is read: there is none of that name.
        const error = await refusal(
          evaluate(await evaluationOptions(bundle, set, { out, model: join(home, 'none') }), QUIET),
        );
        expect(error, out).to.be.instanceOf(EvaluationError).with.property('code', 'evaluation-place-taken');
        expect(error.remedy).to.be.a('string');
      }
      expect(await readdir(home)).to.deep.equal(['file']);
    });

    it('a disk that fills up while it works', async function () {
      const disk = mountSmallDisk(join(await scratchFolder(), 'disk'), 1000, this);
      try {
        const out = join(disk.folder, 'report');
        let filled = false;
        const stage = () => {
          // After the place was found to be good.
          if (!filled) disk.fill(0);
          filled = true;
        };
        const asked = await evaluationOptions(bundle, set, { out, rounds: 10 });
        const error = await refusal(evaluate(asked, { ...QUIET, stage }));
        expect(error).to.be.instanceOf(EvaluationError).with.property('code', 'evaluation-place-taken');
        expect(error.message).to.include('ENOSPC');
        expect(await readdir(disk.folder)).to.deep.equal(['filler']);
      } finally {
        disk.unmount();
      }
    });

    it('but replaces an evaluation of before', async () => {
      const asked = await evaluationOptions(bundle, set, { rounds: 10 });
      await evaluate(asked, QUIET);
      await evaluate({ ...asked, seed: 2 }, QUIET);
      const json = JSON.parse(await readFile(join(asked.out, 'evaluation.json'), 'utf8')) as Evaluation;
      expect(json.seed).to.equal(2);
    });

    it('images that are not there, and files that are not images, by name', async () => {
      const broken = await writeDataSet(patients(4));
      await writeFile(join(broken.data, '2-CC.png'), 'not a picture');
      expect((await refused({}, broken)).message).to.include('2-CC.png');
      await rename(join(broken.data, '2-CC.png'), join(broken.data, 'elsewhere.png'));
      expect(await refused({}, broken)).to.have.property('code', 'labels-image-missing');
    });

    it('one class only, and classes of other names', async () => {
      const benign = patients(6).filter(({ label }) => label === 'benign');
      expect((await refused({}, await writeDataSet(benign))).code).to.equal('labels-class-empty');
      const renamed = await writeDataSet(patients(4));
      await writeFile(
        renamed.labels,
        (await readFile(renamed.labels, 'utf8')).replaceAll('benign', 'normal'),
      );
      const error = await refused({}, renamed);
      expect(error.code).to.equal('evaluation-classes');
      expect(error.message).to.include('normal').and.to.include('benign');
    });

    it('a bundle that was changed', async () => {
      const changed = join(await scratchFolder(), 'changed');
      await cp(bundle.directory, changed, { recursive: true });
      await writeFile(join(changed, 'MODEL_CARD.md'), '# Better\n');
      expect((await refused({ model: changed })).code).to.equal('bundle-hash-mismatch');
    });
  });

  it('tells of copies among different patients, and of labels that contradict each other', async () => {
    const twice = await writeDataSet([
      ...patients(4),
      { file: 'copy.png', label: 'malignant', case: 'new', image: picture(1) },
    ]);
    const { shortcuts, warnings } = await evaluate(
      await evaluationOptions(bundle, twice, { rounds: 10 }),
      QUIET,
    );
    expect(shortcuts.copies.withinEvaluated).to.have.length(1);
    expect(warnings.join()).to.include('Copies with different labels: 1 pair');
  });

  it('runs from the command line, with one JSON object on stdout', async () => {
    const out = join(await scratchFolder(), 'report');
    const given = ['--model', bundle.directory, '--data', set.data, '--labels', set.labels, '--out', out];
    const { stdout } = await mamori('evaluate', ...given, '--rounds', '10', '--no-explanations', '--json');
    const told = JSON.parse(stdout) as { levels: Evaluation['levels']; files: string[] };
    expect(told.levels.image.count).to.equal(32);
    for (const file of told.files) expect((await readFile(file)).length).to.be.above(0);
    const refused = await mamori('evaluate', ...given, '--split', 'nowhere.csv', '--json');
    expect(refused.code).to.equal(1);
    expect(JSON.parse(refused.stdout)).to.have.nested.property('error.code', 'evaluation-list');
    expect((await mamori('evaluate', ...given, '--seed', 'x')).code).to.equal(2);
  });

  it('reads images from a folder for each label', async () => {
    const nested = await writeDataSet(patients(4));
    for (const { file, label } of patients(4)) {
      await mkdir(join(nested.data, label), { recursive: true });
      await copyFile(join(nested.data, file), join(nested.data, label, file));
      await rename(join(nested.data, file), join(nested.folder, file));
    }
    const { data } = await evaluate(await evaluationOptions(bundle, nested, { rounds: 10 }), QUIET);
    expect(data.images).to.equal(8);
  });
});
