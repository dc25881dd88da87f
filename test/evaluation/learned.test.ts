import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { auc, Random } from '../../src/dataset/index.js';
import type { Answer } from '../../src/evaluation/answers.js';
import { columnChecks } from '../../src/evaluation/shortcuts/columns.js';
import { learnedShortcuts } from '../../src/evaluation/shortcuts/learned.js';
import {
  type PictureStatistics,
  pictureStatisticsOf,
} from '../../src/evaluation/shortcuts/pictureStatistics.js';
import { canonical } from '../../src/evaluation/shortcuts/variants.js';
import { type Example, fitLogistic } from '../../src/evaluation/statistics/logistic.js';
import { orderStatistics } from '../../src/evaluation/statistics/order.js';
import { aucWithinGroups, type Grouped, partsByPatient } from '../../src/evaluation/statistics/strata.js';
import { breastMask, type GreyImage, ORIENTATIONS, resizeArea } from '../../src/image/index.js';
import { NUMPY, needs, PYTHON } from '../parts.js';
import { picture, turned } from './pictures.js';

const QUICK = { rounds: 200, seed: 1 };

/** Two features that tell a little, one that tells nothing, one that is always the same, in quite different units. */
function examples(count: number): Example[] {
  const random = new Random(5);
  return Array.from({ length: count }, (_, index): Example => {
    const target = index % 3 === 0 ? 1 : 0;
    const features = [1000 + 50 * target + random.normal(60), random.normal(1e-3) - 5e-4 * target];
    return { target, features: [...features, random.normal(1), 7] };
  });
}

describe('a logistic regression', () => {
  it('agrees with numpy, which goes downhill on the same loss by another way', function () {
    needs(this, PYTHON, NUMPY);
    const given = examples(120);
    const script = `
import json, sys, numpy as np
x, y, ridge = json.load(sys.stdin); x = np.array(x)[:, :3]; y = np.array(y, float)
x = np.c_[(x - x.mean(0)) / x.std(0), np.ones(len(y))]; w = np.zeros(4); penalty = np.array([ridge] * 3 + [1e-6])
for _ in range(2000): w -= 0.02 * (x.T @ (1 / (1 + np.exp(-x @ w)) - y) + penalty * w)
print(json.dumps(list(x @ w)))`;
    for (const ridge of [0.1, 1, 30]) {
      const input = JSON.stringify([
        given.map(({ features }) => features),
        given.map(({ target }) => target),
        ridge,
      ]);
      const { stdout } = spawnSync(PYTHON, ['-c', script], { input, encoding: 'utf8' });
      const score = fitLogistic(given, ridge);
      for (const [index, value] of (JSON.parse(stdout) as number[]).entries())
        expect(score(given[index]!.features), `example ${index}`).to.be.closeTo(value, 1e-5);
    }
  });

  it('has an answer where classes are wholly apart, where features repeat, and where there is one class', () => {
    const apart = Array.from({ length: 20 }, (_, index): Example => {
      const target = index < 10 ? 0 : 1;
      return { target, features: [index * 1e6, index * 1e6, 3, target] };
    });
    const score = fitLogistic(apart, 1);
    for (const { features, target } of apart)
      expect(Math.sign(score(features)), `${features}`).to.equal(target === 1 ? 1 : -1);
    const alike = fitLogistic(
      apart.map((one) => ({ ...one, target: 1 as const })),
      1,
    );
    expect(alike(apart[0]!.features)).to.be.above(3).and.finite;
  });

  it('does not mind the units of its features', () => {
    const given = examples(60);
    const other = given.map((one) => ({ ...one, features: one.features.map((value) => 9 - value / 1e4) }));
    const [score, otherScore] = [fitLogistic(given, 1), fitLogistic(other, 1)];
    for (const [index, { features }] of given.entries())
      expect(otherScore(other[index]!.features)).to.be.closeTo(score(features), 1e-6);
  });
});

describe('pairs within groups and parts of patients', () => {
  it('count only what is told apart within a group', () => {
    const answer = (group: string, probability: number, target: 0 | 1): Grouped => ({
      case: `${group}${probability}`,
      group,
      probability,
      target,
    });
    // Within A all is right, within B one of two; C has nothing to compare.
    const answers = [
      answer('A', 0.1, 0),
      answer('A', 0.2, 1),
      answer('B', 0.6, 0),
      answer('B', 0.7, 1),
      answer('B', 0.8, 0),
      answer('C', 0.9, 1),
    ];
    expect(aucWithinGroups(answers)).to.be.closeTo((1 + 1) / 3, 1e-12);
    expect(aucWithinGroups(answers.filter(({ group }) => group === 'C'))).to.be.NaN;
    expect(aucWithinGroups(answers.map((one) => ({ ...one, group: 1 })))).to.equal(auc(answers));
  });

  it('keep a patient in one part, whatever the order, and share out the classes', () => {
    const items = Array.from({ length: 90 }, (_, index) => ({
      case: `p${index >> 1}`,
      target: (index >> 1) % 3 === 0 ? (1 as const) : (0 as const),
    }));
    const parts = partsByPatient(items, 5, 1);
    const back = partsByPatient([...items].reverse(), 5, 1).reverse();
    expect(back).to.deep.equal(parts);
    for (let part = 0; part < 5; part++) {
      const own = items.filter((_, index) => parts[index] === part);
      expect(own.filter(({ target }) => target === 1)).to.have.length(6);
      expect(own).to.have.length(18);
      for (const { case: name } of own)
        expect(items.filter((one, index) => one.case === name && parts[index] !== part)).to.deep.equal([]);
    }
    expect(partsByPatient(items, 5, 2)).to.not.deep.equal(parts);
  });

  it('are put in order without sorting', () => {
    const random = new Random(3);
    const whole = Uint16Array.from({ length: 501 }, () => random.below(40));
    const places = [0, 7, 7, 250, 499, 500];
    const sorted = [...whole].sort((a, b) => a - b);
    const wanted = places.map((place) => sorted[place]!);
    expect(orderStatistics(whole, places)).to.deep.equal(wanted);
    expect(orderStatistics(Float32Array.from(whole), places)).to.deep.equal(wanted);
  });
});

const STEPS = [
  { step: 'resize' as const, rows: 32, columns: 32 },
  { step: 'normalise' as const, mean: 0, deviation: 1 },
];

function statisticsOf(image: GreyImage): PictureStatistics {
  const mask = breastMask(image);
  return pictureStatisticsOf(image, mask, { values: canonical(image, STEPS, mask), rows: 32, columns: 32 });
}

/** Smaller and back again: nothing that an eye would notice. */
function rescaled(image: GreyImage): GreyImage {
  const small = Uint16Array.from(resizeArea(image.pixels, 64, 64, 48, 48));
  return { ...image, pixels: Uint16Array.from(resizeArea(small, 48, 48, 64, 64)) };
}

describe('statistics of pictures', () => {
  it('are the same however the picture lies in its file', () => {
    const upright = statisticsOf(picture(3));
    for (const orientation of ORIENTATIONS) {
      const other = statisticsOf(turned(picture(3), orientation));
      for (const [index, value] of upright.whole.entries())
        expect(other.whole[index], `${index}`).to.be.closeTo(value, 1e-6 * Math.max(1, Math.abs(value)));
      expect(other.background).to.have.length(upright.background!.length);
    }
  });

  it('have no background where there is none, and each channel for itself', () => {
    const flat: GreyImage = { rows: 64, columns: 64, pixels: new Uint16Array(4096).fill(500) };
    expect(statisticsOf(flat).background).to.equal(undefined);
    expect(statisticsOf(flat).whole.every(Number.isFinite)).to.equal(true);
    const two = pictureStatisticsOf(flat, breastMask(flat), {
      values: Float32Array.from({ length: 32 * 32 * 2 }, (_, index) => index % 2),
      rows: 32,
      columns: 32,
    });
    // The first number is a low percentile of the grey levels.
    expect(two.channels.map(([level]) => level)).to.deep.equal([0, 1]);
  });

  const answers = (treat: (image: GreyImage, target: 0 | 1) => GreyImage, patients = 60) =>
    Array.from({ length: patients }, (_, index) => {
      const target = index % 2 === 0 ? (0 as const) : (1 as const);
      return { case: `p${index}`, target, statistics: statisticsOf(treat(picture(index + 1), target)) };
    });

  it('tell images of one class that were scaled and scaled back, which no eye would see', () => {
    const told = learnedShortcuts(
      answers((image, target) => (target === 1 ? rescaled(image) : image)),
      QUICK,
    );
    expect(told.map(({ name, of }) => `${of}: ${name}`)).to.deep.equal([
      'file: Statistics of the whole file',
      'file: Statistics of the background',
      'input: Statistics of what the network gets',
    ]);
    expect(told[0]!.auc.value).to.be.above(0.95);
    expect(told[0]!.auc.interval![0]).to.be.above(0.85);
  });

  it('tell nothing where all were made in one way', () => {
    const told = learnedShortcuts(
      answers((image) => image),
      QUICK,
    );
    expect(told[0]!.auc.interval![0]).to.be.below(0.5);
    for (const { name, auc: found } of told) expect(found.value, name).to.be.below(0.7);
  });

  it('are not asked where there are too few patients to learn from', () => {
    const told = learnedShortcuts(
      answers((image, target) => (target === 1 ? rescaled(image) : image), 18),
      QUICK,
    );
    expect(told[0]!.auc).to.deep.equal({ value: null, interval: null });
  });
});

describe('columns of the labels file', () => {
  /** Half of the patients of site A are malignant, or more of one site than of the other. */
  const answers = (share: { A: number; B: number }, probability: (site: string, target: 0 | 1) => number) =>
    Array.from({ length: 80 }, (_, index): Answer => {
      const site = index % 2 === 0 ? 'A' : 'B';
      const target = (index >> 1) / 40 < share[site] ? 1 : 0;
      const image = {
        file: `${index}.png`,
        path: '',
        label: '',
        case: `p${index}`,
        site,
        side: undefined,
        view: 'CC',
      };
      return { image, case: image.case, target, probability: probability(site, target) };
    });

  it('show a network that knows the hospital and nothing else', () => {
    const found = columnChecks(
      answers({ A: 0.9, B: 0.1 }, (site) => (site === 'A' ? 0.8 : 0.2)),
      QUICK,
    );
    // A view that all share, and a side that nobody knows, say nothing.
    expect(found.map(({ column, values }) => `${column} ${values}`)).to.deep.equal(['site 2']);
    const [{ alone, network, withinValues, difference }] = found as [(typeof found)[number]];
    expect(network.value).to.be.closeTo(0.9, 1e-9);
    expect(alone.value).to.be.closeTo(0.9, 1e-9);
    expect(withinValues.value).to.equal(0.5);
    expect(difference.interval![0]).to.be.above(0.2);
  });

  it('leave a network alone that does as well within each hospital', () => {
    const [found] = columnChecks(
      answers({ A: 0.5, B: 0.5 }, (_, target) => (target === 1 ? 0.9 : 0.1)),
      QUICK,
    );
    expect(found!.withinValues.value).to.equal(1);
    expect(found!.difference.value).to.equal(0);
    expect(found!.alone.interval![0], 'the column tells nothing').to.be.below(0.5);
  });

  it('have no figure within hospitals that send one class only', () => {
    const [found] = columnChecks(
      answers({ A: 1, B: 0 }, (_, target) => target),
      QUICK,
    );
    expect(found!.alone.value).to.equal(1);
    expect(found!.withinValues).to.deep.equal({ value: null, interval: null });
  });
});
