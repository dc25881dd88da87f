import type { Tensor, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { Random } from '../../src/dataset/random.js';
import { blobFilters, DIRECTIONS, FILTER_SIZE, morletWavelets, PHASES } from '../../src/model/filterBank.js';
import { anyTensorflow, type TensorFlow } from '../../src/model/tensorflowRuntime.js';
import { architecture } from '../../src/training/networks/index.js';
import { massNetwork } from '../../src/training/networks/mass.js';

const OPTIONS = { octaves: 3, channels: 4, featureDropout: 0, dropout: 0, seed: 3 };
const SIZE = 48;
const INPUT = { rows: SIZE, columns: SIZE, channels: 2 };

describe('the filter bank', () => {
  const total = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0);

  it('answers nothing to a plain grey', () => {
    for (const kernel of [...morletWavelets(), ...blobFilters()]) {
      expect(kernel).to.have.length(FILTER_SIZE ** 2);
      expect(total(kernel)).to.be.closeTo(0, 1e-5);
    }
  });

  it('has opposite phases that are each other turned round', () => {
    const kernels = morletWavelets();
    expect(kernels).to.have.length(DIRECTIONS * PHASES);
    for (let direction = 0; direction < DIRECTIONS; direction++) {
      const [first, , opposite] = kernels.slice(direction * PHASES);
      for (const [at, value] of first!.entries()) expect(opposite![at]).to.be.closeTo(-value, 1e-6);
    }
  });
});

describe('the mass network', () => {
  let tf: TensorFlow;
  before(async () => {
    ({ tf } = await anyTensorflow());
  });

  /**
   * The maps of a picture whose first channel is drawn and whose second is black: means or highest values in their
   * middle.
   */
  function strengths(
    layer: string,
    value: (x: number, y: number) => number,
    take: 'mean' | 'max' = 'mean',
  ): number[] {
    const model = massNetwork(tf, INPUT, OPTIONS);
    const maps = tf.model({ inputs: model.inputs, outputs: model.getLayer(layer).output as never });
    const picture = new Float32Array(SIZE * SIZE * 2);
    for (let y = 0; y < SIZE; y++) for (let x = 0; x < SIZE; x++) picture[2 * (y * SIZE + x)] = value(x, y);
    return tf.tidy(() => {
      const answer = maps.predict(tf.tensor4d(picture, [1, SIZE, SIZE, 2])) as Tensor4D;
      const [, rows, columns] = answer.shape;
      const middle = tf.slice(answer, [0, rows / 4, columns / 4, 0], [1, rows / 2, columns / 2, -1]);
      return [...(tf[take](middle, [0, 1, 2]) as Tensor).dataSync()];
    });
  }

  for (let direction = 0; direction < DIRECTIONS; direction++)
    it(`tells a texture's direction: ${(180 / DIRECTIONS) * direction} degrees`, () => {
      const angle = (Math.PI * direction) / DIRECTIONS;
      const wave = (x: number, y: number) =>
        0.5 + 0.5 * Math.cos(((3 * Math.PI) / 4) * (x * Math.cos(angle) + y * Math.sin(angle)));
      const answers = strengths('octave_1_strength', wave).slice(0, DIRECTIONS);
      expect(answers.indexOf(Math.max(...answers))).to.equal(direction);
    });

  it('sees a coarse texture at a coarse octave', () => {
    const wave = (x: number) => 0.5 + 0.5 * Math.cos((3 * Math.PI * x) / 16);
    const [fine, coarse] = ['octave_1_strength', 'octave_3_strength'].map(
      (layer) => strengths(layer, wave)[0]!,
    );
    expect(coarse).to.be.above(2 * fine!);
  });

  it('tells a bright blob from a dark one', () => {
    const blob = (x: number, y: number) => Math.exp(-((x - 24) ** 2) / 3 - (y - 24) ** 2 / 3);
    const [bright, dark] = strengths('octave_1_blobs', blob, 'max');
    expect(bright).to.be.above(dark! * 1.5);
    const [otherBright, otherDark] = strengths('octave_1_blobs', (x, y) => 1 - blob(x, y), 'max');
    expect(otherDark).to.be.closeTo(bright!, 1e-4);
    expect(otherBright).to.be.closeTo(dark!, 1e-4);
  });

  it('has no features beside the breast, and all of them within', () => {
    const model = massNetwork(tf, INPUT, OPTIONS);
    const features = tf.model({ inputs: model.inputs, outputs: model.getLayer('features').output as never });
    const random = new Random(4);
    // Air on the right is not quite black, and has noise.
    const picture = Float32Array.from({ length: SIZE * SIZE * 2 }, (_, at) =>
      Math.floor(at / 2) % SIZE < SIZE / 2 ? random.between(0.3, 0.7) : random.between(0, 0.05),
    );
    const cells = tf.tidy(() => {
      const answer = features.predict(tf.tensor4d(picture, [1, SIZE, SIZE, 2])) as Tensor4D;
      return (tf.max(answer, [0, 1, 3]) as Tensor).dataSync();
    });
    const half = cells.length / 2;
    for (const [column, highest] of cells.entries())
      expect(highest > 0, `column ${column}: ${highest}`).to.equal(column < half);
  });

  it('keeps its given filters through a training step', () => {
    const model = massNetwork(tf, INPUT, OPTIONS);
    const given = model.layers.filter(({ name }) => /_(waves|strength|first|blobs)$/.test(name));
    expect(given.length).to.be.above(6);
    const variables = model.trainableWeights.map((weight) => weight.read() as Variable);
    const learnt = new Set(variables);
    for (const layer of given)
      for (const weight of layer.weights) expect(learnt.has(weight.read() as Variable)).to.equal(false);
  });

  it('fits the input that its architecture states, and ends in a target layer of 20 × 20', () => {
    const { build, input, targetLayer } = architecture('mass');
    const model = build(tf, input);
    expect((model.getLayer(targetLayer).output as { shape: unknown }).shape).to.deep.equal([
      null,
      20,
      20,
      48,
    ]);
  });
});
