import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scalar, Variable } from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { writeBundle } from '../../src/model/bundleWriter.js';
import { anyTensorflow, type TensorFlow, type TensorFlowRuntime } from '../../src/model/tensorflowRuntime.js';
import { type Checkpoint, CheckpointFolder } from '../../src/training/fitting/checkpoint.js';
import type { Example } from '../../src/training/fitting/examples.js';
import { type FitEvents, fitWeights } from '../../src/training/fitting/fit.js';
import { AdamW, type OptimizerRecipe } from '../../src/training/fitting/optimizer.js';
import { learningRateAt } from '../../src/training/fitting/schedule.js';
import { readWeights, writeWeights } from '../../src/training/fitting/weights.js';
import type { TrainingError } from '../../src/training/index.js';
import { PAPER_RECIPE, type Recipe } from '../../src/training/networks/paperRecipe.js';
import { mountSmallDisk } from '../fixtures/smallDisk.js';
import { scratchFolder, smallBundle } from '../model/bundles.js';
import { refusal } from './refusal.js';
import { normalisedNetwork, seededValues } from './smallNetworks.js';

const INPUT = { rows: 16, columns: 16, channels: 2 };

const STILL = { anyOrientation: 0, rotation: 0, zoom: 0, shift: 0, contrast: 0 };

describe('the schedule', () => {
  const recipe = { learningRate: 0.1, warmUp: 2, lowestRate: 0.01 };

  it('rises over the warm-up, is highest after it, and ends at the lowest rate', () => {
    expect(learningRateAt(0, 12, recipe)).to.be.closeTo(0.005, 1e-12);
    expect(learningRateAt(1, 12, recipe)).to.be.closeTo(0.05, 1e-12);
    expect(learningRateAt(2, 12, recipe)).to.be.closeTo(0.1, 1e-12);
    expect(learningRateAt(7, 12, recipe)).to.be.closeTo(0.1 * (0.01 + 0.99 / 2), 1e-12);
    expect(learningRateAt(12, 12, recipe)).to.be.closeTo(0.001, 1e-12);
    expect(learningRateAt(40, 12, recipe)).to.be.closeTo(0.001, 1e-12);
  });
});

describe('AdamW', () => {
  let tf: TensorFlow;
  before(async () => {
    ({ tf } = await anyTensorflow());
  });

  /** Two steps with these gradients on a kernel of two weights and a bias. */
  function steps(recipe: OptimizerRecipe, gradients: [number, number, number][], rate: number): number[] {
    const kernel = tf.tidy(() => tf.variable(tf.tensor([1, -2], [1, 1, 1, 2]))) as Variable;
    const bias = tf.tidy(() => tf.variable(tf.tensor1d([0.5]))) as Variable;
    const optimizer = new AdamW(tf, [kernel, bias], recipe);
    for (const [a, b, c] of gradients) {
      const loss = () => {
        const slope = tf.tensor([a, b], [1, 1, 1, 2]);
        return tf.add(tf.sum(tf.mul(kernel, slope)), tf.sum(tf.mul(bias, c))) as Scalar;
      };
      optimizer.minimize(loss, rate);
    }
    const result = [...kernel.dataSync(), ...bias.dataSync()];
    optimizer.dispose();
    tf.dispose([kernel, bias]);
    return result;
  }

  /** The same by hand, after the papers. */
  function byHand({ weightDecay }: OptimizerRecipe, gradients: number[][], rate: number): number[] {
    const weights = [1, -2, 0.5];
    const [m, v] = [
      [0, 0, 0],
      [0, 0, 0],
    ];
    for (const [index, given] of gradients.entries()) {
      const t = index + 1;
      for (let i = 0; i < 3; i++) {
        m[i] = 0.9 * m[i]! + 0.1 * given[i]!;
        v[i] = 0.999 * v[i]! + 0.001 * given[i]! ** 2;
        const step = m[i]! / (1 - 0.9 ** t) / (Math.sqrt(v[i]! / (1 - 0.999 ** t)) + 1e-7);
        weights[i] = weights[i]! - rate * (step + (i < 2 ? weightDecay * weights[i]! : 0));
      }
    }
    return weights;
  }

  const gradients: [number, number, number][] = [
    [3, -4, 0.5],
    [-1, 2, 12],
    [0.1, 0, -0.3],
  ];
  const recipes: Record<string, OptimizerRecipe> = {
    plain: { weightDecay: 0 },
    'weights that decay': { weightDecay: 0.5 },
  };
  for (const [name, recipe] of Object.entries(recipes))
    it(`steps as computed by hand: ${name}`, () => {
      const found = steps(recipe, gradients, 0.1);
      for (const [index, expected] of byHand(recipe, gradients, 0.1).entries())
        expect(found[index]).to.be.closeTo(expected, 1e-5);
    });

  it('leaves no tensor behind', () => {
    const before = tf.memory().numTensors;
    steps(recipes['weights that decay']!, gradients, 0.1);
    expect(tf.memory().numTensors - before).to.equal(0);
  });
});

describe('fitting', function () {
  this.timeout(60_000);
  let runtime: TensorFlowRuntime;
  before(async () => {
    runtime = await anyTensorflow();
  });
  const recipe: Recipe = {
    ...PAPER_RECIPE,
    augmentation: STILL,
    batchSize: 8,
    learningRate: 0.01,
    validateEvery: 2,
  };
  const options = { epochs: 4, patience: 10, minutes: 5, seed: 3 };

  function examples(count: number, seed: number): Example[] {
    return Array.from({ length: count }, (_, index) => {
      const target = (index % 2) as 0 | 1;
      const input = seededValues(512, seed + index).map((value) => value / 2 + target);
      return { image: { case: `${seed}-${index}` } as Example['image'], input, target };
    });
  }
  const parts = { training: examples(20, 1), validation: examples(8, 100) };

  async function fitted(epochs: number, from?: Checkpoint) {
    const model = normalisedNetwork(runtime.tf, INPUT);
    const reports: number[] = [];
    let last: Omit<Checkpoint, 'training'> | undefined;
    const stop = new Error('killed');
    const events: FitEvents = {
      epoch: ({ epoch }) => reports.push(epoch),
      checkpoint: async (reached) => {
        last = reached;
        if (reached.reports.length === epochs && epochs < options.epochs) throw stop;
      },
    };
    try {
      await fitWeights(runtime, model, { parts, recipe, options, events, from });
    } catch (error) {
      if (error !== stop) throw error;
    }
    return { weights: readWeights(model.getWeights()), last: { training: 'this', ...last! }, reports };
  }

  it('goes on from a checkpoint to the same weights as without the stop', async () => {
    const whole = await fitted(4);
    for (const stoppedAfter of [1, 3]) {
      const { last } = await fitted(stoppedAfter);
      const out = join(await scratchFolder(), 'bundle');
      await new CheckpointFolder(out).write(last);
      const resumed = await fitted(4, await new CheckpointFolder(out).read('this'));
      expect(resumed.reports.at(-1)).to.equal(4);
      expect(resumed.reports.length).to.equal(4 - stoppedAfter);
      for (const [index, weight] of whole.weights.entries())
        expect(resumed.weights[index]).to.be.closeTo(weight, 1e-5);
      expect(resumed.last.reports.map(({ trainingLoss }) => trainingLoss.toFixed(4))).to.deep.equal(
        whole.last.reports.map(({ trainingLoss }) => trainingLoss.toFixed(4)),
      );
    }
  });

  it('validates as often as the recipe says, and after the last epoch', async () => {
    const { last } = await fitted(4);
    expect(last.reports.map(({ validation }) => validation !== undefined)).to.deep.equal([
      false,
      true,
      false,
      true,
    ]);
  });

  it('ends with weights that were validated, also when its time was over before the first validation', async () => {
    const { last } = await fitted(1);
    expect(last.best.epoch).to.equal(0);
    const late = { ...last, reports: [{ ...last.reports[0]!, seconds: 1e6 }] };
    const { reports, weights } = await fitted(4, late);
    expect(reports).to.deep.equal([2]);
    expect(weights.every(Number.isFinite)).to.equal(true);
  });

  it('names what is wrong with a checkpoint', async () => {
    const folder = new CheckpointFolder(join(await scratchFolder(), 'bundle'));
    const code = async (training: string) => {
      try {
        await folder.read(training);
      } catch (error) {
        return (error as TrainingError).code;
      }
      return 'none';
    };
    expect(await code('this')).to.equal('checkpoint-missing');
    const { last } = await fitted(1);
    await folder.write(last);
    expect(await code('another')).to.equal('checkpoint-other-training');
    expect(await readFile(join(folder.path, 'learning-curve.csv'), 'utf8')).to.match(/^epoch,.*\n1,/);
    const file = join(folder.path, 'checkpoint.bin');
    await writeFile(file, (await readFile(file)).subarray(0, -100));
    expect(await code('this')).to.equal('checkpoint-malformed');
    await folder.remove();
    expect(await code('this')).to.equal('checkpoint-missing');
  });

  it('keeps the checkpoint before on a full disk, which it names and does not fill with halves', async function () {
    const disk = mountSmallDisk(join(await scratchFolder(), 'disk'), 1000, this);
    try {
      const folder = new CheckpointFolder(join(disk.folder, 'bundle'));
      const { last } = await fitted(1);
      await folder.write(last);
      const empty = disk.fill(0);
      const larger = { ...last, vectors: { ...last.vectors, best: new Float32Array(200_000) } };
      const error = await refusal(folder.write(larger));
      expect(error.code).to.equal('checkpoint-unwritable');
      expect(error.message).to.include('ENOSPC');
      expect(error.remedy).to.include('--resume');
      expect((await readdir(folder.path)).sort()).to.deep.equal(['checkpoint.bin', 'learning-curve.csv']);
      expect((await folder.read('this')).vectors.weights).to.deep.equal(last.vectors.weights);

      const place = join(disk.folder, 'whole');
      const { directory, digest, files, ...description } = await smallBundle();
      const given = Object.fromEntries(
        await Promise.all(
          Object.keys(files).map(async (name) => [name, await readFile(join(directory, name))] as const),
        ),
      );
      const noRoom = await refusal(writeBundle(place, description, given));
      expect(noRoom.code).to.equal('bundle-place-taken');
      expect(noRoom.message).to.include('ENOSPC');
      expect((await readdir(disk.folder)).sort()).to.deep.equal(['bundle.partial', 'filler']);
      empty();
    } finally {
      disk.unmount();
    }
  });

  it('writes weights back as they were read', () => {
    const model = normalisedNetwork(runtime.tf, INPUT);
    const numbers = seededValues(model.countParams(), 9);
    writeWeights(runtime.tf, model, numbers);
    expect(readWeights(model.getWeights())).to.deep.equal(numbers);
  });
});
