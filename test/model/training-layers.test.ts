import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { anyTensorflow, type TensorFlowRuntime } from '../../src/model/tensorflow-runtime.js';
import { Random } from '../../src/model/training/random.js';
import { prepareForTraining } from '../../src/model/training/training-layers.js';
import { seededValues } from './small-networks.js';

describe('layers in training', () => {
  let runtime: TensorFlowRuntime;
  before(async () => {
    runtime = await anyTensorflow();
  });

  function normalised(): LayersModel {
    const { tf } = runtime;
    const image = tf.input({ shape: [5, 4, 3] });
    const layer = tf.layers.batchNormalization({
      momentum: 0.8,
      gammaInitializer: tf.initializers.randomUniform({ minval: 0.5, maxval: 2, seed: 1 }),
      betaInitializer: tf.initializers.randomUniform({ minval: -1, maxval: 1, seed: 2 }),
    });
    return tf.model({ inputs: image, outputs: layer.apply(image) as typeof image });
  }

  it('normalise a batch as TensorFlow.js does, forwards and backwards', function () {
    const { tf, kind } = runtime;
    if (kind !== 'native') {
      console.warn('      skipped: tfjs-node is not installed (node scripts/install-tensorflow.mjs)');
      return this.skip();
    }
    const inputs = tf.tensor4d(seededValues(6 * 60, 3), [6, 5, 4, 3]);
    const weights = tf.tensor4d(seededValues(6 * 60, 4), [6, 5, 4, 3]);
    const [plain, fused] = [normalised(), normalised()];
    prepareForTraining(runtime, fused, new Random(1));
    const results = [plain, fused].map((model) => {
      const loss = (given: Tensor4D) =>
        tf.sum(tf.mul(model.apply(given, { training: true }) as Tensor, weights));
      const output = (model.apply(inputs, { training: true }) as Tensor).dataSync();
      const [toInput] = [
        tf
          .grad(loss as never)(inputs)
          .dataSync(),
      ];
      const { grads } = tf.variableGrads(() => loss(inputs) as never);
      const names = model.trainableWeights.map((weight) => (weight.read() as { name?: string }).name ?? '');
      const toWeights = names.map((name) => grads[name]!.dataSync());
      const moving = model.getWeights().map((weight) => weight.dataSync());
      return { output, toInput, toWeights, moving };
    });
    const [expected, found] = results as [(typeof results)[0], (typeof results)[0]];
    expectClose(found.output, expected.output, 1e-4);
    expectClose(found.toInput, expected.toInput, 1e-4);
    for (const [index, gradient] of expected.toWeights.entries())
      expectClose(found.toWeights[index]!, gradient, 1e-3);
    // The moving variance differs by n / (n - 1): TensorFlow's own kernel estimates without bias.
    for (const [index, weight] of expected.moving.entries()) expectClose(found.moving[index]!, weight, 0.02);
  });

  it('are as before at inference', () => {
    const { tf } = runtime;
    const model = normalised();
    const inputs = tf.tensor4d(seededValues(60, 3), [1, 5, 4, 3]);
    const before = (model.predict(inputs) as Tensor).dataSync();
    prepareForTraining(runtime, model, new Random(1));
    expectClose((model.predict(inputs) as Tensor).dataSync(), before, 1e-6);
  });

  it('drop other values at every step, the same ones for the same seed', () => {
    const { tf } = runtime;
    const image = tf.input({ shape: [200] });
    const output = tf.layers.dropout({ rate: 0.25 }).apply(image) as typeof image;
    const model = tf.model({ inputs: image, outputs: output });
    const random = new Random(5);
    prepareForTraining(runtime, model, random);
    const draw = () => (model.apply(tf.ones([1, 200]), { training: true }) as Tensor).dataSync();
    const [first, second] = [draw(), draw()];
    expect(first.filter((value) => value === 0).length).to.be.within(30, 70);
    expect(first).not.to.deep.equal(second);
    random.reseed(5);
    expect(draw()).to.deep.equal(first);
  });
});

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(found.length).to.equal(expected.length);
  for (let index = 0; index < found.length; index++)
    expect(found[index]).to.be.closeTo(expected[index]!, tolerance);
}
