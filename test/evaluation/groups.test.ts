import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { Random } from '../../src/dataset/index.js';
import { MamoriError } from '../../src/errors.js';
import type { Answer } from '../../src/evaluation/answers.js';
import { examFigures, machineFigures, machineOf } from '../../src/evaluation/groups/index.js';
import { headlineOf } from '../../src/evaluation/headline.js';
import { evaluate } from '../../src/evaluation/index.js';
import type { Evaluation } from '../../src/evaluation/types.js';
import type { Bundle } from '../../src/model/index.js';
import { scratchFolder, smallBundle } from '../model/bundles.js';
import { refusal } from '../refusal.js';
import { evaluationOptions } from './evaluationOptions.js';
import { type DataSet, patients, writeDataSet } from './pictures.js';

const QUICK = { rounds: 100, seed: 1 };
const QUIET = { stage: () => {}, progress: () => {} };

interface Made {
  patient: string;
  target: 0 | 1;
  probability: number;
  side?: string;
  site?: string;
  machine?: string;
}

const answer = ({ patient, target, probability, side, site, machine }: Made, index: number): Answer => ({
  case: patient,
  target,
  probability,
  image: {
    path: `/${index}`,
    file: `${index}.png`,
    label: target === 1 ? 'malignant' : 'not-malignant',
    case: patient,
    site,
    side,
    view: undefined,
    machine,
  },
});

describe('figures within machines', () => {
  it('count for nothing what only tells machines apart', () => {
    const random = new Random(3);
    // One machine sends most cancers and all its images get high answers, whatever is on them.
    const answers = Array.from({ length: 400 }, (_, index) => {
      const hot = index % 2 === 0;
      const target = random.next() < (hot ? 0.8 : 0.2) ? 1 : 0;
      const probability = (hot ? 0.6 : 0.2) + 0.2 * random.next();
      return answer({ patient: `${index}`, target, probability, site: hot ? 'hot' : 'cold' }, index);
    });
    const { within, machines, spread, known } = machineFigures(answers, 0.5, QUICK);
    expect(known).to.equal(true);
    expect(within.value).to.be.within(0.42, 0.58);
    expect(machines.map(({ name }) => name).sort()).to.deep.equal(['cold', 'hot']);
    expect(machines.find(({ name }) => name === 'hot')!.specificity.value).to.equal(0);
    expect(machines.find(({ name }) => name === 'cold')!.specificity.value).to.equal(1);
    expect(spread!.measured).to.equal(2);
    expect(spread!.beyondChance).to.be.below(0.08);
  });

  it('have a spread beyond chance where machines differ indeed', () => {
    const random = new Random(4);
    const answers = Array.from({ length: 600 }, (_, index) => {
      const target = index % 2 === 0 ? 1 : 0;
      const site = ['good', 'bad', 'fair'][index % 3]!;
      const gain = { good: 0.6, bad: 0, fair: 0.2 }[site]!;
      return answer(
        { patient: `${index}`, target, probability: (gain * target + random.next()) / 2, site },
        index,
      );
    });
    const { spread } = machineFigures(answers, 0.5, QUICK);
    expect(spread!.beyondChance).to.be.above(0.1);
    expect(spread!.highest - spread!.lowest).to.be.above(0.25);
  });

  it('leave out what a machine has too few images for, but not the rest of it', () => {
    const answers = Array.from({ length: 15 }, (_, index) =>
      answer({ patient: `${index}`, target: 0, probability: index / 20, site: 'normals' }, index),
    );
    const [machine] = machineFigures(answers, 0.5, QUICK).machines;
    expect(machine!.auc.value).to.equal(null);
    expect(machine!.sensitivity.value).to.equal(null);
    expect(machine!.specificity.value).to.be.closeTo(10 / 15, 1e-9);
  });

  it('take the machine from its own column, else the site, else the data set', () => {
    const image = { ...answer({ patient: 'a', target: 0, probability: 0 }, 0).image };
    expect(machineOf(image)).to.equal('');
    expect(machineOf({ ...image, site: 'east' })).to.equal('east');
    expect(machineOf({ ...image, site: 'east', machine: 'unit 2' })).to.equal('unit 2');
    expect(machineOf({ ...image, site: 'east', set: 'film' })).to.equal('film: east');
    expect(machineOf({ ...image, set: 'film' })).to.equal('film');
  });
});

describe('figures by exam, one breast each', () => {
  const bundle = { aggregation: { breast: 'mean', exam: 'max' } as const, operatingPoint: 0.5 };

  it('do not favour women with one breast or with two', () => {
    const random = new Random(8);
    // The network knows nothing; women without a cancer come with both breasts.
    const answers = Array.from({ length: 600 }, (_, patient) => {
      const target = patient % 2 === 0 ? 1 : 0;
      return (target === 1 ? ['LEFT'] : ['LEFT', 'RIGHT']).flatMap((side) =>
        [0, 1].map((): Made => ({ patient: `${patient}`, target, side, probability: random.next() })),
      );
    })
      .flat()
      .map(answer);
    const found = examFigures(answers, bundle, QUICK);
    expect(found).to.include({ by: 'breast', patients: 600, positives: 300 });
    expect(found.imagesPerPatient).to.deep.equal({ positive: 2, negative: 4 });
    expect(found.auc.value).to.be.within(0.45, 0.55);
    // By maximum the same answers look worse than guessing.
    const most = (made: Answer[]) => Math.max(...made.map(({ probability }) => probability));
    const joined = [...new Set(answers.map((one) => one.case))].map((name) => {
      const own = answers.filter((one) => one.case === name);
      return { target: own[0]!.target, probability: most(own) };
    });
    const positive = joined.filter(({ target }) => target === 1);
    const negative = joined.filter(({ target }) => target === 0);
    const wins = positive.reduce(
      (sum, a) => sum + negative.filter((b) => a.probability > b.probability).length,
      0,
    );
    expect(wins / positive.length / negative.length).to.be.below(0.42);
  });

  it('count a woman with a cancer by the breast that has it, and every woman once', () => {
    const answers = [
      { patient: 'a', target: 1, side: 'LEFT', probability: 0.4 },
      { patient: 'a', target: 0, side: 'RIGHT', probability: 0.9 },
      { patient: 'b', target: 0, side: 'LEFT', probability: 0.3 },
      { patient: 'b', target: 0, side: 'RIGHT', probability: 0.6 },
      { patient: 'c', target: 0, side: 'LEFT', probability: 0.1 },
    ].map((made, index) => answer(made as Made, index));
    const { auc, specificity, sensitivity } = examFigures(answers, bundle, QUICK);
    expect(auc.value).to.equal((0.5 + 1) / 2);
    expect(specificity.value).to.equal((0.5 + 1) / 2);
    expect(sensitivity.value).to.equal(0);
  });

  it('count images in equal shares where sides are not known', () => {
    const answers = [
      { patient: 'a', target: 1, probability: 0.5 },
      { patient: 'b', target: 0, probability: 0.5 },
      { patient: 'b', target: 0, probability: 0.6 },
    ].map((made, index) => answer(made as Made, index));
    const found = examFigures(answers, bundle, QUICK);
    expect(found.by).to.equal('image');
    expect(found.auc.value).to.equal(0.25);
  });
});

describe('an evaluation of several data sets', function () {
  this.timeout(120_000);
  let bundle: Bundle;
  let film: DataSet;
  let digital: DataSet;

  before(async () => {
    bundle = await smallBundle();
    film = await writeDataSet(patients(12));
    digital = await writeDataSet(patients(12).map((line) => ({ ...line, case: `new ${line.case}` })));
  });

  /** A folder with images/, labels.csv and boxes.csv. */
  async function whole(set: DataSet, name: string, boxes?: string): Promise<string> {
    const folder = join(await scratchFolder(), name);
    await mkdir(join(folder, 'images'), { recursive: true });
    for (const { file } of patients(12)) await copyFile(join(set.data, file), join(folder, 'images', file));
    await copyFile(set.labels, join(folder, 'labels.csv'));
    if (boxes !== undefined)
      await writeFile(join(folder, 'boxes.csv'), `file,x,y,width,height,pathology\n${boxes}\n`);
    return folder;
  }

  it('gives each by itself, with the boxes of its own, and opens with three sentences', async () => {
    const sets = [
      { data: await whole(film, 'film', '1-CC.png,5,5,20,20,malignant') },
      { data: await whole(digital, 'digital') },
    ];
    const given = await evaluationOptions(bundle, film, { sets, protocol: 'by-image' });
    const found = await evaluate(given, QUIET);
    expect(found.dataSets.map(({ name, images }) => `${name} ${images}`)).to.deep.equal([
      'film 24',
      'digital 24',
    ]);
    expect(found.dataSets[0]!.localisation).to.include({ images: 1, others: 12 });
    // The same file names stand in both sets; of the other one nothing is known.
    expect(found.dataSets[1]!.localisation).to.equal(null);
    expect(found.localisation).to.include({ images: 1, others: 12 });
    expect(found.machines.machines.map(({ name }) => name)).to.deep.equal(['digital', 'film']);
    expect(found.columns.map(({ column }) => column)).to.include('set');
    expect(found.headline).to.have.length(3);
    // Where a line ends is of no account.
    const page = (await readFile(join(given.out, 'evaluation.html'), 'utf8')).replace(/\s+/g, ' ');
    expect(page)
      .to.include('Data sets side by side')
      .and.not.match(/NaN|undefined|\[object/);
    for (const sentence of found.headline)
      expect(page.indexOf(sentence.slice(0, 20))).to.be.within(1, page.indexOf('class="cards"'));
  });

  it('refuses boxes of a file that both have, and sets with other classes', async () => {
    const boxes = join(await scratchFolder(), 'boxes.csv');
    await writeFile(boxes, 'file,x,y,width,height,pathology\n1-CC.png,5,5,20,20,malignant\n');
    const sets = [film, digital].map(({ data, labels }) => ({ data, labels }));
    const code = async (more: Parameters<typeof evaluationOptions>[2]) =>
      (await refusal(evaluate(await evaluationOptions(bundle, film, more), QUIET), MamoriError)).code;
    expect(await code({ sets, boxes: [boxes] })).to.equal('boxes-image-ambiguous');
    const renamed = join(await scratchFolder(), 'labels.csv');
    await writeFile(renamed, (await readFile(digital.labels, 'utf8')).replaceAll('benign', 'normal'));
    expect(await code({ sets: [sets[0]!, { data: digital.data, labels: renamed }] })).to.equal(
      'data-sets-disagree',
    );
  });

  it('takes them from the command line, whole or with labels for each', async () => {
    const [one, two] = [await whole(film, 'film'), await whole(digital, 'digital')];
    const program = join(process.cwd(), 'dist/src/cli/main.js');
    const run = (...given: string[]) =>
      spawnSync(process.execPath, [program, 'evaluate', '--model', bundle.directory, ...given], {
        encoding: 'utf8',
      });
    const out = join(await scratchFolder(), 'report');
    const quick = ['--out', out, '--rounds', '10', '--no-explanations', '--protocol', 'by-image', '--json'];
    const good = run('--data', one, '--data', two, ...quick);
    expect(good.status, good.stderr).to.equal(0);
    const told = JSON.parse(good.stdout) as Evaluation;
    expect(told.headline).to.have.length(3);
    expect(told.machines.machines.map(({ name }) => name).sort()).to.deep.equal(['digital', 'film']);
    const wrong = run('--data', one, '--data', two, '--labels', film.labels, ...quick);
    expect(wrong.status).to.equal(2);
    expect(wrong.stderr).to.include('one for each');
  });

  it('shows only so many images in other forms as it is asked to', async () => {
    const given = await evaluationOptions(bundle, film, { shortcutImages: 8, rounds: 10 });
    const { shortcuts, levels } = await evaluate(given, QUIET);
    expect(levels.image.count).to.equal(24);
    expect(shortcuts.shortcuts.at(-1)!.images).to.equal(8);
    expect(shortcuts.copies.images).to.equal(24);
  });

  it('is honest in its three sentences when the model is no good', async () => {
    const given = await evaluationOptions(bundle, film, { rounds: 200 });
    const found = await evaluate(given, QUIET);
    const known = (value: number, interval: [number, number]): Evaluation => ({
      ...found,
      exam: {
        ...found.exam,
        patients: 100,
        positives: 50,
        sensitivity: { value: 0.8, interval },
        specificity: { value: 0.7, interval },
        withinMachines: { value, interval },
      },
    });
    const fair: Evaluation['shortcuts'] = {
      ...found.shortcuts,
      shortcuts: found.shortcuts.shortcuts.map((one) => ({
        ...one,
        auc: { value: 0.5, interval: [0.45, 0.55] },
      })),
    };
    const bad = headlineOf(known(0.54, [0.45, 0.63]));
    expect(bad[0]).to.include('54 times in 100').and.to.include('cannot be told from guessing');
    expect(bad[2]).to.match(/^Do not rely on it/);
    expect(headlineOf({ ...known(0.63, [0.55, 0.7]), shortcuts: fair })[2]).to.match(/^It is too weak/);
    const better = headlineOf({ ...known(0.82, [0.78, 0.86]), shortcuts: fair });
    expect(better[0]).to.include('that is good');
    const few = known(0.82, [0.78, 0.86]);
    expect(headlineOf({ ...few, shortcuts: fair, exam: { ...few.exam, positives: 12 } })[2]).to.include(
      'fewer than 30 women',
    );
    const grey = fair.learned.map((one) => ({
      ...one,
      of: 'input' as const,
      auc: { value: 0.74, interval: [0.6, 0.85] as [number, number] },
    }));
    expect(headlineOf({ ...few, shortcuts: { ...fair, learned: grey } })[2]).to.match(
      /^Do not rely on it: plain grey levels/,
    );
    const own = { training: 40, validation: 3, test: 57, unseen: 0 };
    const data = { ...few.data, selection: { ...few.data.selection, evaluated: own } };
    const memory = headlineOf({ ...few, shortcuts: fair, data });
    expect(memory[0]).to.include('made from 43 of these women').and.not.to.include('good');
    expect(memory[2]).to.match(/^Do not rely on it: patients of its training/);
    expect(better[1]).to.include('80 of 100 women labelled malignant (95 % interval 78 to 86)');
    expect(better[1]).to.include('30 of 100 of the others a false alarm (95 % interval 14 to 22)');
    const alike = { ...few.exam, specificity: { value: 1, interval: [1, 1] as [number, number] } };
    expect(headlineOf({ ...few, shortcuts: fair, exam: alike })[1]).to.include(
      '0 of 100 of the others a false alarm (too few women for an interval)',
    );
    const unnamed = { ...few.machines, known: false };
    expect(headlineOf({ ...few, shortcuts: fair, machines: unnamed })[0]).to.match(/^Of two women, one/);
    const useless = { ...few.exam, specificity: { value: 0.1, interval: null } };
    expect(headlineOf({ ...few, shortcuts: fair, exam: useless })[2]).to.include(
      'operating point does not fit',
    );
    expect(better[2]).to.include('never in place of it').and.to.include('not measured here');
  });
});
