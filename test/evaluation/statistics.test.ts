import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import fc from 'fast-check';
import { auc, calibrationError, Random, type Scored } from '../../src/dataset/index.js';
import { samplesOfPatients, withIntervals } from '../../src/evaluation/statistics/bootstrap.js';
import {
  brierScore,
  calibrationErrorByChance,
  reliability,
  wilson,
} from '../../src/evaluation/statistics/calibrationError.js';
import {
  classificationTable,
  confusionAt,
  sensitivity,
  specificity,
} from '../../src/evaluation/statistics/classification.js';
import { rankCorrelation } from '../../src/evaluation/statistics/correlation.js';
import {
  averagePrecision,
  sensitivityAt,
  specificityAt,
  thresholdCurve,
} from '../../src/evaluation/statistics/curves.js';
import { quantile } from '../../src/evaluation/statistics/estimate.js';
import { NUMPY, needs, PYTHON } from '../parts.js';

type Pair = [probability: number, target: 0 | 1];

function scored(pairs: Pair[]): Scored[] {
  return pairs.map(([probability, target], index) => ({ probability, target, case: `case${index}` }));
}

/** Answers that know a little, several per patient. */
function drawn(count: number, seed: number): Scored[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, index): Scored => {
    const probability = Math.round(random.next() * 50) / 50;
    return {
      probability,
      target: random.next() < probability ? 1 : 0,
      case: `case${index % Math.ceil(count / 2)}`,
    };
  });
}

const anyAnswers = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.constantFrom<0 | 1>(0, 1)), {
    minLength: 2,
    maxLength: 40,
  })
  .map((pairs) => scored(pairs.map(([twentieth, target]): Pair => [twentieth / 20, target])))
  .filter((all) => new Set(all.map(({ target }) => target)).size === 2);

/** Worked out by hand: three negative and three positive answers, one of each tied at 0.6. */
const BY_HAND = scored([
  [0.1, 0],
  [0.3, 1],
  [0.4, 0],
  [0.6, 0],
  [0.6, 1],
  [0.9, 1],
]);

describe('the curves', () => {
  it('have one point for each different answer, ties in one step', () => {
    expect(
      thresholdCurve(BY_HAND).map((point) => [
        point.threshold,
        Math.round(point.truePositiveRate * 3),
        Math.round(point.falsePositiveRate * 3),
      ]),
    ).to.deep.equal([
      [0.9, 1, 0],
      [0.6, 2, 1],
      [0.4, 2, 2],
      [0.3, 3, 2],
      [0.1, 3, 3],
    ]);
  });

  it('give the figures that can be worked out by hand', () => {
    // Pairs won: 0.3 beats 0.1; 0.6 beats 0.1 and 0.4 and ties; 0.9 beats all.
    expect(auc(BY_HAND)).to.be.closeTo((1 + 2.5 + 3) / 9, 1e-12);
    // Steps of recall of a third each: at 0.9 precision 1, at 0.6 2/3, at 0.3 3/5.
    expect(averagePrecision(BY_HAND)).to.be.closeTo((1 + 2 / 3 + 3 / 5) / 3, 1e-12);
    expect(sensitivityAt(BY_HAND, 0.9)).to.be.closeTo(1 / 3, 1e-12);
    expect(sensitivityAt(BY_HAND, 2 / 3)).to.be.closeTo(2 / 3, 1e-12);
    expect(specificityAt(BY_HAND, 0.9)).to.be.closeTo(1 / 3, 1e-12);
  });

  it('know that calling nothing positive is always possible', () => {
    const upsideDown = scored([
      [0.9, 0],
      [0.1, 1],
    ]);
    expect(sensitivityAt(upsideDown, 0.9)).to.equal(0);
    expect(specificityAt(upsideDown, 0.9)).to.equal(0);
  });

  it('do not depend on the order of the answers or on a rising change of the probabilities', () => {
    fc.assert(
      fc.property(anyAnswers, fc.nat(), (answers, seed) => {
        const other = new Random(seed)
          .shuffled(answers)
          .map((one) => ({ ...one, probability: one.probability ** 3 / 2 + 0.1 }));
        expect(auc(other)).to.be.closeTo(auc(answers), 1e-12);
        expect(averagePrecision(other)).to.be.closeTo(averagePrecision(answers), 1e-12);
        expect(sensitivityAt(other, 0.9)).to.be.closeTo(sensitivityAt(answers, 0.9), 1e-12);
      }),
    );
  });

  it('turn round with the labels', () => {
    fc.assert(
      fc.property(anyAnswers, (answers) => {
        const turned = answers.map((one): Scored => ({ ...one, target: one.target === 1 ? 0 : 1 }));
        expect(auc(turned)).to.be.closeTo(1 - auc(answers), 1e-12);
      }),
    );
  });

  it('cannot be measured on one class, and say so', () => {
    const one = scored([
      [0.2, 1],
      [0.7, 1],
    ]);
    expect(auc(one)).to.be.NaN;
    expect(sensitivityAt(one, 0.9)).to.be.NaN;
    expect(specificityAt(one, 0.9)).to.be.NaN;
  });
});

describe('the table', () => {
  it("is the paper's own when it is given the paper's counts", () => {
    // Whole numbers that round to the paper's table: 612 benign with recall 0.84, 1244 malignant with recall 0.91.
    const table = classificationTable(
      { trueNegative: 514, falsePositive: 98, truePositive: 1132, falseNegative: 112 },
      ['benign', 'malignant'],
    );
    const [benign, malignant] = table.classes.map(({ row }) => row);
    const shown = (row: typeof benign) =>
      [row!.precision, row!.recall, row!.f1].map((value) => value.toFixed(2));
    expect(shown(benign)).to.deep.equal(['0.82', '0.84', '0.83']);
    expect(shown(malignant)).to.deep.equal(['0.92', '0.91', '0.92']);
    expect([benign!.support, malignant!.support]).to.deep.equal([612, 1244]);
    expect(table.accuracy.toFixed(2)).to.equal('0.89');
    expect(shown(table.weightedAverage)).to.deep.equal(['0.89', '0.89', '0.89']);
    expect(table.macroAverage.support).to.equal(1856);
  });

  it('counts an answer at the operating point as positive', () => {
    expect(confusionAt(BY_HAND, 0.6)).to.deep.equal({
      truePositive: 2,
      falsePositive: 1,
      trueNegative: 2,
      falseNegative: 1,
    });
  });

  it('gives 0 and not a hole where a class is never predicted', () => {
    const table = classificationTable(confusionAt(BY_HAND, 1), ['benign', 'malignant']);
    expect(table.classes[1]!.row).to.deep.equal({ precision: 0, recall: 0, f1: 0, support: 3 });
  });

  it('agrees with sensitivity and specificity', () => {
    fc.assert(
      fc.property(anyAnswers, fc.integer({ min: 0, max: 20 }), (answers, at) => {
        const confusion = confusionAt(answers, at / 20);
        const { classes } = classificationTable(confusion, ['benign', 'malignant']);
        expect(classes[0]!.row.recall).to.equal(specificity(confusion));
        expect(classes[1]!.row.recall).to.equal(sensitivity(confusion));
      }),
    );
  });
});

describe('calibration', () => {
  it('is measured in bins that lose no answer', () => {
    fc.assert(
      fc.property(anyAnswers, (answers) => {
        const bins = reliability(answers);
        expect(bins.reduce((sum, { count }) => sum + count, 0)).to.equal(answers.length);
        const error = bins.reduce(
          (sum, bin) =>
            sum + (bin.count / answers.length) * Math.abs(bin.meanProbability - bin.positiveFraction),
          0,
        );
        expect(calibrationError(answers)).to.be.closeTo(error, 1e-9);
        expect(error).to.be.within(0, 1);
        for (const bin of bins)
          expect(bin.positiveFraction).to.be.within(bin.interval[0] - 1e-12, bin.interval[1] + 1e-12);
      }),
    );
  });

  it('is held against what chance gives a perfect model', () => {
    const answers = drawn(300, 5);
    const chance = calibrationErrorByChance(answers, { rounds: 200, seed: 1 });
    expect(chance.mean).to.be.within(0.02, 0.12);
    expect(chance.upper).to.be.above(chance.mean);
    const many = calibrationErrorByChance(drawn(5000, 5), { rounds: 50, seed: 1 });
    expect(many.mean).to.be.below(chance.mean / 2);
    const wrong = answers.map((one): Scored => ({ ...one, probability: 0.9 }));
    expect(calibrationError(wrong)).to.be.above(
      calibrationErrorByChance(wrong, { rounds: 200, seed: 1 }).upper,
    );
  });

  it('gives the Brier score and the Wilson interval of the textbook', () => {
    expect(
      brierScore(
        scored([
          [0.8, 1],
          [0.4, 0],
        ]),
      ),
    ).to.be.closeTo((0.04 + 0.16) / 2, 1e-12);
    // Newcombe, Statistics in Medicine 17 (1998) 857, table I: 81 of 263 and 0 of 20.
    expect(wilson(81, 263).map((one) => one.toFixed(4))).to.deep.equal(['0.2553', '0.3662']);
    expect(wilson(0, 20).map((one) => one.toFixed(4))).to.deep.equal(['0.0000', '0.1611']);
  });
});

describe('the bootstrap', () => {
  const answers = drawn(80, 9);

  it('keeps patients whole: as often as one image of theirs is drawn, so often are all', () => {
    for (const sample of samplesOfPatients(answers, { rounds: 20, seed: 3 })) {
      const times = new Map<Scored, number>();
      for (const one of sample) times.set(one, (times.get(one) ?? 0) + 1);
      for (const one of answers)
        for (const other of answers)
          if (one.case === other.case) expect(times.get(one)).to.equal(times.get(other));
      expect(sample).to.have.length(answers.length);
    }
  });

  it('is the same for a seed, in whatever order the answers come, and another for another', () => {
    const interval = (given: Scored[], seed: number) =>
      withIntervals(given, { auc }, { rounds: 200, seed }).auc.interval;
    expect(interval(answers, 1)).to.deep.equal(interval([...answers].reverse(), 1));
    expect(interval(answers, 1)).to.not.deep.equal(interval(answers, 2));
  });

  it('is wider when images of a patient say the same thing than when they are taken for independent', () => {
    const doubled = answers.flatMap((one) => [one, one, one, one]);
    const alone = doubled.map((one, index) => ({ ...one, case: `${index}` }));
    const width = (given: Scored[]) => {
      const [lower, upper] = withIntervals(given, { auc }, { rounds: 300, seed: 1 }).auc.interval!;
      return upper - lower;
    };
    expect(width(doubled)).to.be.above(1.5 * width(alone));
  });

  it('gives no interval to what cannot be measured', () => {
    const onePatient = answers.map((one) => ({ ...one, case: 'x' }));
    expect(withIntervals(onePatient, { auc }, { rounds: 50, seed: 1 }).auc.interval).to.equal(null);
    const oneClass = answers.map((one): Scored => ({ ...one, target: 1 }));
    expect(withIntervals(oneClass, { auc }, { rounds: 50, seed: 1 }).auc).to.deep.equal({
      value: null,
      interval: null,
    });
  });

  it('holds the figure itself, also for a calibration error, which samples make too large', () => {
    const { error } = withIntervals(
      answers,
      { error: (sample) => calibrationError(sample) },
      { rounds: 300, seed: 1 },
      ['error'],
    );
    expect(error.interval![0]).to.be.at.most(error.value!);
    expect(error.interval![1]).to.be.at.least(error.value!);
  });

  it('covers the truth about as often as it says', () => {
    // A measure whose true value is known: the mean of coin throws is 0.5.
    let covered = 0;
    for (let trial = 0; trial < 100; trial++) {
      const random = new Random(1000 + trial);
      const throws = Array.from({ length: 60 }, (_, index) => ({ case: `${index}`, value: random.below(2) }));
      const { fraction } = withIntervals(
        throws,
        { fraction: (sample) => sample.reduce((sum, { value }) => sum + value, 0) / sample.length },
        { rounds: 200, seed: trial },
      );
      if (fraction.interval![0] <= 0.5 && fraction.interval![1] >= 0.5) covered++;
    }
    expect(covered).to.be.within(85, 100);
  });
});

describe('rank correlation', () => {
  it('is 1 for the same order, -1 for the opposite, and knows ties', () => {
    expect(rankCorrelation([1, 2, 3, 10], [0.1, 0.2, 5, 6])).to.be.closeTo(1, 1e-12);
    expect(rankCorrelation([1, 2, 3], [3, 2, 1])).to.be.closeTo(-1, 1e-12);
    // Ranks 0.5 0.5 2 and 0 1 2: 1.5 / sqrt(1.5 · 2).
    expect(rankCorrelation([1, 1, 2], [1, 2, 3])).to.be.closeTo(1.5 / Math.sqrt(3), 1e-12);
    expect(rankCorrelation([1, 1, 1], [1, 2, 3])).to.be.NaN;
  });
});

describe('figures and an independent calculation', () => {
  it('agree with numpy, written from the definitions', function () {
    needs(this, PYTHON, NUMPY);
    const answers = drawn(400, 17);
    const script = `
import json, sys, numpy as np
p, y = (np.array(v, float) for v in json.load(sys.stdin))
pos, neg = p[y == 1], p[y == 0]
auc = np.mean((pos[:, None] > neg) + 0.5 * (pos[:, None] == neg))
ts = np.unique(p)[::-1]
recall = np.array([np.mean(pos >= t) for t in ts]); precision = np.array([np.mean(y[p >= t]) for t in ts])
ap = np.sum(np.diff(np.concatenate([[0], recall])) * precision)
sens = max([0] + [np.mean(pos >= t) for t in ts if np.mean(neg < t) >= 0.9])
bins = np.minimum(9, np.floor(p * 10)).astype(int)
ece = sum(abs(p[bins == b].mean() - y[bins == b].mean()) * np.mean(bins == b) for b in range(10) if np.any(bins == b))
print(json.dumps([auc, ap, sens, ece, np.mean((p - y) ** 2), np.quantile(p, 0.37)]))`;
    const input = JSON.stringify([answers.map((one) => one.probability), answers.map((one) => one.target)]);
    const { stdout } = spawnSync(PYTHON, ['-c', script], { input, encoding: 'utf8' });
    const ours = [
      auc(answers),
      averagePrecision(answers),
      sensitivityAt(answers, 0.9),
      calibrationError(answers),
      brierScore(answers),
      quantile(
        answers.map((one) => one.probability),
        0.37,
      ),
    ];
    for (const [index, value] of (JSON.parse(stdout) as number[]).entries())
      expect(ours[index], `figure ${index}`).to.be.closeTo(value, 1e-9);
  });
});
