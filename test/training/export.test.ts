import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { type Bundle, openEngine } from '../../src/model/index.js';
import { readLayersModel } from '../../src/model/layersFile.js';
import { cutAt, networkOutputs, SCORE_LAYER } from '../../src/model/networkOutputs.js';
import { anyTensorflow, type TensorFlow } from '../../src/model/tensorflowRuntime.js';
import { exportOnnx } from '../../src/training/export/onnxExport.js';
import { smallBundle } from '../model/bundles.js';
import { SMALL_NETWORKS, seededValues } from './smallNetworks.js';

const VIEWS = 3;

describe('the ONNX export', () => {
  let tf: TensorFlow;
  before(async () => {
    ({ tf } = await anyTensorflow());
  });

  for (const network of SMALL_NETWORKS) {
    describe(`of ${network.name}`, () => {
      let bundle: Bundle;
      let inputs: Float32Array[];
      before(async () => {
        bundle = await smallBundle(network);
        const { rows, columns, channels } = bundle.input;
        inputs = Array.from({ length: VIEWS }, (_, view) =>
          seededValues(rows * columns * channels, view + 1),
        );
      });

      it('agrees with TensorFlow.js: probability, activations and gradients, each to 1e-4 as they are', async () => {
        const engine = await openEngine(bundle, { engine: 'onnxruntime', device: 'cpu', threads: 1 });
        const inferences = await engine.infer(inputs);
        await engine.close();
        const model = await readLayersModel(tf, join(bundle.directory, 'model.json'));
        const cut = cutAt(tf, model, bundle.targetLayer);
        const { rows, columns, channels } = bundle.input;
        for (const [view, inference] of inferences.entries()) {
          const expected = tf.tidy(() => {
            const outputs = networkOutputs(tf, cut, tf.tensor4d(inputs[view]!, [1, rows, columns, channels]));
            return {
              probability: outputs.probability.dataSync(),
              activations: outputs.activations.dataSync(),
              gradients: outputs.gradients.dataSync(),
              shape: outputs.activations.shape,
              whole: (
                model.predict(tf.tensor4d(inputs[view]!, [1, rows, columns, channels])) as Tensor
              ).dataSync(),
            };
          });
          expect(inference.rawProbability).to.be.closeTo(expected.probability[0]!, 1e-4);
          expect(inference.rawProbability).to.be.closeTo(expected.whole[0]!, 1e-4);
          expect(inference.featureShape).to.deep.equal(expected.shape.slice(1));
          expect(farthest(inference.activations, expected.activations)).to.be.below(1e-4);
          expect(farthest(inference.gradients, expected.gradients)).to.be.below(1e-4);
          expect(inference.gradients.some((value) => Math.abs(value) > 1e-3)).to.equal(true);
        }
      });

      it('has gradients that finite differences confirm', async () => {
        const engine = await openEngine(bundle, { engine: 'onnxruntime', device: 'cpu', threads: 1 });
        const [inference] = await engine.infer([inputs[0]!]);
        await engine.close();
        const model = await readLayersModel(tf, join(bundle.directory, 'model.json'));
        const { head } = cutAt(tf, model, bundle.targetLayer);
        const score = (activations: Float32Array) =>
          tf.tidy(
            () =>
              (
                head.predict(tf.tensor4d(activations, [1, ...inference!.featureShape])) as Tensor
              ).dataSync()[0]!,
          );
        const step = 1e-3;
        const { activations, gradients } = inference!;
        let compared = 0;
        for (let index = 0; index < activations.length; index += 7) {
          const moved = (by: number) => activations.map((value, at) => (at === index ? value + by : value));
          const forward = (score(moved(step)) - score(activations)) / step;
          const backward = (score(activations) - score(moved(-step))) / step;
          // Where the two sides differ there is a kink (ReLU, the larger of two pooled values): no derivative.
          if (Math.abs(forward - backward) > 5e-3) continue;
          expect(gradients[index]).to.be.closeTo((forward + backward) / 2, 6e-3);
          compared++;
        }
        expect(compared).to.be.above(10);
      });
    });
  }

  it('is the same bytes for the same network', () => {
    const model = SMALL_NETWORKS[0]!.make(tf);
    expect(exportOnnx(model, 'conv_last')).to.deep.equal(exportOnnx(model, 'conv_last'));
  });

  it('names a target layer that does not exist and lists those that do', () => {
    const model = SMALL_NETWORKS[0]!.make(tf);
    expect(() => exportOnnx(model, 'conv_9'))
      .to.throw('no layer named conv_9')
      .with.property('remedy')
      .that.includes('conv_last');
    expect(() => exportOnnx(model, 'dense'))
      .to.throw()
      .with.property('code', 'export-no-target-layer');
  });

  it('refuses layers that it does not know', () => {
    const image = tf.input({ shape: [8, 8, 1] });
    const padded = tf.layers.zeroPadding2d({ padding: 1 }).apply(image);
    const flat = tf.layers.flatten().apply(padded);
    const output = tf.layers.dense({ units: 1, name: SCORE_LAYER }).apply(flat) as typeof image;
    const model = tf.model({ inputs: image, outputs: output });
    expect(() => exportOnnx(model, model.layers[1]!.name))
      .to.throw()
      .with.property('code', 'export-unsupported-layer');
  });

  it('refuses a convolution between target layer and score', () => {
    const model = SMALL_NETWORKS[0]!.make(tf);
    expect(() => exportOnnx(model, 'conv_1'))
      .to.throw()
      .with.property('code', 'export-unsupported-layer');
  });

  it('gives each view of a batch what it gives that view alone', async () => {
    const bundle = await smallBundle();
    const { rows, columns, channels } = bundle.input;
    const views = [5, 6].map((seed) => seededValues(rows * columns * channels, seed));
    const engine = await openEngine(bundle, { engine: 'onnxruntime', device: 'cpu', threads: 1 });
    const together = await engine.infer(views);
    for (const [view, input] of views.entries()) {
      const [alone] = await engine.infer([input]);
      expect(farthest(alone!.gradients, together[view]!.gradients)).to.be.below(1e-6);
      expect(alone!.rawProbability).to.be.closeTo(together[view]!.rawProbability, 1e-6);
    }
    await engine.close();
  });
});

function farthest(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(found.length).to.equal(expected.length);
  let distance = 0;
  for (let index = 0; index < found.length; index++)
    distance = Math.max(distance, Math.abs(found[index]! - expected[index]!));
  return distance;
}
