import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { MamoriError } from '../../src/errors.js';
import { type Evaluation, type EvaluationOptions, evaluate } from '../../src/evaluation/index.js';
import type { Bundle } from '../../src/model/index.js';
import { makeInstance } from '../../src/phantom/index.js';
import { type TrainingOptions, train } from '../../src/training/training.js';
import { mamori } from '../mamori.js';
import { scratchFolder, smallBundle } from '../model/bundles.js';
import { addSmallNetwork, removeSmallNetwork, SILENT, spots } from '../training/spots.js';

describe("an evaluation in the paper's protocol", function () {
  this.timeout(120_000);
  let made: TrainingOptions;
  let bundle: Bundle;
  let honest: Bundle;
  before(async () => {
    addSmallNetwork();
    made = { ...(await spots()), copies: 3, epochs: 3 };
    bundle = await train(made, SILENT);
    const { copies, ...rest } = made;
    honest = await train({ ...rest, out: `${made.out}-honest` }, SILENT);
  });
  after(removeSmallNetwork);

  async function options(more: Partial<EvaluationOptions> = {}): Promise<EvaluationOptions> {
    return {
      model: bundle.directory,
      sets: [{ data: made.images, labels: made.labels }],
      out: join(await scratchFolder(), 'report'),
      split: 'test',
      protocol: 'by-image',
      subgroups: [],
      seed: 1,
      rounds: 20,
      explanations: false,
      compare: [],
      boxes: [],
      dataDescription: 'not stated',
      engine: 'onnxruntime',
      device: 'cpu',
      ...more,
    };
  }

  async function refused(more: Partial<EvaluationOptions>): Promise<MamoriError> {
    const given = await options(more);
    try {
      await evaluate(given, SILENT_EVENTS);
    } catch (error) {
      expect(error).to.be.instanceOf(MamoriError);
      expect(await readdir(join(given.out, '..'))).to.deep.equal([]);
      return error as MamoriError;
    }
    throw new Error('nothing was refused');
  }
  const SILENT_EVENTS = { stage() {}, progress() {} };

  it('makes the same copies again, and gives the figures that the training gave', async () => {
    const given = await options();
    const { data, levels, warnings } = await evaluate(given, SILENT_EVENTS);
    expect(data.images).to.equal(27);
    expect(data.selection.copies).to.deep.equal({ ofEach: 3, images: 60 });
    const card = (measure: string) => bundle.performance.find((one) => one.measure === measure)!.value;
    expect(levels.image.auc.value).to.be.closeTo(card('AUC'), 1e-3);
    expect(levels.image.atOperatingPoint.accuracy.value).to.be.closeTo(
      card('accuracy at the operating point'),
      1e-3,
    );
    expect(warnings[0]).to.match(/^LEAKING PROTOCOL: 3 copies of each of 60 images/);
    const lines = (await readFile(join(given.out, 'predictions.csv'), 'utf8')).split('\n');
    expect(lines[1]).to.match(/^\d+\.png@\d+deg(\+flipped)?(\+clahe)?,case\d+,/);
  });

  it("stands in the honest model's report with both protocols told apart, beside the paper's table", async () => {
    const leaking = await options();
    await evaluate(leaking, SILENT_EVENTS);
    const given = await options({
      model: honest.directory,
      protocol: 'by-patient',
      compare: [join(leaking.out, 'evaluation.json')],
    });
    const { warnings } = await evaluate(given, SILENT_EVENTS);
    expect(warnings.join()).to.not.include('LEAKING');
    // Where a line ends is of no account.
    const page = (await readFile(join(given.out, 'evaluation.html'), 'utf8')).replace(/\s+/g, ' ');
    for (const told of [
      'Two protocols: by patient, and the paper’s',
      '>by patient<',
      'by image: leaking',
      'Leaking: augmented first, then split by image. 3 copies of each of 60 images',
      'say nothing about a new patient. Split by patient, spots 1.0.0 has an accuracy of',
    ])
      expect(page).to.include(told);
    // The paper's Results, cell by cell.
    const table = page.slice(page.indexOf('beside the paper’s table'));
    for (const cell of [
      '0.82',
      '0.84',
      '0.83',
      '612',
      '0.92',
      '0.91',
      '1244',
      '0.87',
      '0.88',
      '0.89',
      '1856',
    ])
      expect(table).to.include(`<td class="number quiet">${cell}</td>`);
    expect(page).to.not.match(/NaN|undefined|\[object/);
  });

  it('refuses another labels file, from which the copies cannot be made again, and another split', async () => {
    const shorter = join(await scratchFolder(), 'labels.csv');
    const lines = (await readFile(made.labels, 'utf8')).split('\n');
    await writeFile(shorter, lines.slice(0, 41).join('\n'));
    const error = await refused({ sets: [{ data: made.images, labels: shorter }] });
    expect(error.code).to.equal('evaluation-copies');
    expect(error.remedy).to.include('--labels');
    expect((await refused({ split: 'all' })).code).to.equal('evaluation-copies');
    // The patients are the same ones, and the copies would be others: among them such as it learnt from.
    const exchanged = lines.map((line) =>
      line.startsWith('0.png')
        ? line.replace('malignant', 'benign')
        : line.startsWith('1.png')
          ? line.replace('benign', 'malignant')
          : line,
    );
    await writeFile(shorter, exchanged.join('\n'));
    expect((await refused({ sets: [{ data: made.images, labels: shorter }] })).code).to.equal(
      'evaluation-copies',
    );
    // In another order they are the same images.
    await writeFile(shorter, [lines[0], ...lines.slice(1).reverse()].join('\n'));
    const { data } = await evaluate(
      await options({ sets: [{ data: made.images, labels: shorter }] }),
      SILENT_EVENTS,
    );
    expect(data.images).to.equal(27);
  });

  it('has no new patient among its own data, and measures on others with a warning', async () => {
    const error = await refused({ protocol: 'by-patient' });
    expect(error.code).to.equal('evaluation-no-cases');
    expect(error.remedy).to.include('--protocol by-image');
    const others = await spots(5);
    const { warnings, data } = (await evaluate(
      await options({ protocol: 'by-patient', sets: [{ data: others.images, labels: others.labels }] }),
      SILENT_EVENTS,
    )) as Evaluation;
    expect(data.selection.evaluated.unseen).to.equal(60);
    expect(warnings[0]).to.include('not for patients');
  });

  it('is opened for inspection, and by no command that would answer about a patient', async () => {
    const inspected = await mamori('model', 'inspect', bundle.directory);
    expect(inspected.code).to.equal(0);
    expect(inspected.out).to.include('NOT FOR PATIENTS');
    const folder = await scratchFolder();
    const file = join(folder, 'image.dcm');
    await writeFile(file, makeInstance({ rows: 64, columns: 48 }).bytes);
    const analysed = await mamori('analyze', file, '--out', join(folder, 'out'), '--model', bundle.directory);
    expect(analysed.code).to.equal(1);
    expect(analysed.err).to.include('split by image').and.include('model.bundle');
    expect(await readdir(join(folder, 'out'))).to.deep.equal([]);
    const settings = join(folder, 'mamori.yaml');
    await writeFile(
      settings,
      `pacs: { url: "http://127.0.0.1:9" }\nmodel: { bundle: ${JSON.stringify(bundle.directory)} }\n`,
    );
    for (const command of [['run'], ['once'], ['process', '1.2.3']]) {
      const { code, err } = await mamori(...command, '--config', settings);
      expect(code, command.join(' ')).to.not.equal(0);
      expect(err, command.join(' ')).to.include('split by image');
    }
    const shown = await mamori('demo', '--once', '--model', bundle.directory);
    expect(shown.code).to.not.equal(0);
    expect(shown.err).to.include('split by image');
  });

  it('has copies in this protocol only, and not more than there are', async () => {
    const given = [
      '--data',
      made.images,
      '--labels',
      made.labels,
      '--arch',
      'paper',
      '--out',
      `${made.out}-never`,
    ];
    const stray = await mamori('train', ...given, '--copies', '8');
    expect(stray.code).to.equal(2);
    expect(stray.err).to.include('--protocol by-image');
    const many = await mamori('train', ...given, '--protocol', 'by-image', '--copies', '49', '--json');
    expect(JSON.parse(many.out)).to.have.nested.property('error.code', 'copies-number');
  });

  it('leaves an ordinary bundle what it was', async () => {
    const plain = await smallBundle();
    expect((await mamori('model', 'inspect', plain.directory)).out).to.not.include('NOT FOR PATIENTS');
  });
});
