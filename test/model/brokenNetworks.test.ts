import { expect } from 'chai';
import { type Bundle, openEngine } from '../../src/model/index.js';
import { decodeModel, encodeModel, type ModelProto } from '../../src/model/onnxSchema.js';
import { anyTensorflow } from '../../src/model/tensorflowRuntime.js';
import { exportOnnx } from '../../src/training/export/onnxExport.js';
import { OnnxGraph } from '../../src/training/export/onnxGraph.js';
import { needsNativeTensorflow } from '../parts.js';
import { SMALL_NETWORKS } from '../training/smallNetworks.js';
import {
  bundleWith,
  describeBundle,
  handMade,
  inputsFor,
  meanOutputs,
  remade,
  smallBundle,
} from './bundles.js';
import { refusal } from './refusal.js';

const CPU = { engine: 'onnxruntime', device: 'cpu', threads: 1 } as const;
const TENSORFLOW = { engine: 'tensorflow', device: 'cpu', threads: 1 } as const;
const AUTO = { engine: 'auto', device: 'auto', threads: 1 } as const;

async function opens(bundle: Bundle): Promise<void> {
  const engine = await openEngine(bundle, CPU);
  await engine.close();
}

/** The first weight of a file in 32-bit numbers becomes another. */
function withFirstWeight(value: number): (bytes: Buffer) => Uint8Array {
  return (bytes) => {
    const changed = Buffer.from(bytes);
    changed.writeFloatLE(value, 0);
    return changed;
  };
}

/** The kernel of the first convolution gets another first value. */
function withFirstKernelValue(value: number): (bytes: Buffer) => Uint8Array {
  return (bytes) => {
    const model = decodeModel(bytes) as ModelProto;
    const kernel = model.graph.initializer.find(({ name }) => name?.endsWith('_kernel'))!;
    kernel.rawData = withFirstWeight(value)(Buffer.from(kernel.rawData));
    return encodeModel(model);
  };
}

const half = (bytes: Buffer) => bytes.subarray(0, bytes.length / 2);

/**
 * What a bundle's maker, or a copy of it, can get wrong: found when it is loaded or opened, not with the first patient.
 */
describe('a bundle whose network is broken', function () {
  this.timeout(60_000);

  describe('in model.onnx', () => {
    it('is refused when the file is cut short, empty or something else', async () => {
      const bundle = await smallBundle();
      const nothing = () => Buffer.alloc(0);
      for (const change of [half, (bytes: Buffer) => bytes.subarray(0, bytes.length - 1), nothing]) {
        const error = await refusal(
          openEngine(await remade(await smallBundle(), 'model.onnx', change), AUTO),
        );
        expect(error.code).to.equal('bundle-malformed');
        expect(error.message).to.include('model.onnx');
        expect(error.remedy).to.include('again');
      }
      const text = await remade(bundle, 'model.onnx', () => Buffer.from('this is not a model'));
      expect(await refusal(openEngine(text, AUTO))).to.include({ code: 'bundle-malformed' });
    });

    it('is refused when it lacks outputs, which are named', async () => {
      const onnx = handMade((graph, image) => graph.output('probability', image, [8, 8, 1]));
      const error = await refusal(openEngine(await bundleWith(onnx), CPU));
      expect(error.code).to.equal('bundle-model-outputs');
      expect(error.message).to.include('activations, gradients');
    });

    it('is refused when its input is not the one of bundle.json', async () => {
      const description = describeBundle({ rows: 16, columns: 8, channels: 1 }, 'any');
      const error = await refusal(openEngine(await bundleWith(handMade(meanOutputs), description), CPU));
      expect(error.code).to.equal('bundle-model-input');
      expect(error.message).to.include('16 x 8 x 1');
    });

    it('is refused when it takes a fixed number of views other than one', async () => {
      const views = async (count: number) => {
        const model = decodeModel(handMade(meanOutputs)) as ModelProto;
        for (const value of [...model.graph.input, ...model.graph.output])
          value.type.tensorType.shape.dim[0] = { dimValue: count };
        return bundleWith(encodeModel(model));
      };
      const error = await refusal(openEngine(await views(4), CPU));
      expect(error.code).to.equal('bundle-model-input');
      expect(error.remedy).to.include('first dimension');
      const engine = await openEngine(await views(1), CPU);
      expect(engine.reason).to.include('one view after another');
      expect(await engine.infer(inputsFor(await views(1), 3))).to.have.length(3);
      await engine.close();
    });

    it('is refused when activations and gradients have different shapes', async () => {
      await opens(await bundleWith(handMade(meanOutputs)));
      const uneven = handMade((graph, image) => {
        const mean = graph.node('ReduceMean', [image], { axes: [1, 2], keepdims: 0 });
        graph.output('probability', graph.node('Sigmoid', [mean]), [1]);
        graph.output('activations', image, [8, 8, 1]);
        graph.output('gradients', graph.node('ReduceMean', [image], { axes: [2], keepdims: 1 }), [8, 1, 1]);
      });
      expect(await refusal(openEngine(await bundleWith(uneven), CPU))).to.include({
        code: 'bundle-model-outputs',
      });
    });

    it('is refused when a weight is not a number or infinite, even where ReLU would hide it', async () => {
      for (const value of [Number.NaN, Number.NEGATIVE_INFINITY]) {
        const broken = await remade(await smallBundle(), 'model.onnx', withFirstKernelValue(value));
        const error = await refusal(openEngine(broken, AUTO));
        expect(error.code).to.equal('model-not-finite');
        expect(error.message).to.include('conv_1_kernel');
        expect(error.remedy).to.include('again');
      }
      await opens(await remade(await smallBundle(), 'model.onnx', withFirstKernelValue(0.5)));
    });

    it('is refused when it answers with numbers that are none, or with no probability', async () => {
      const nan = handMade((graph, image) => {
        const root = graph.node('Sqrt', [image]);
        const mean = graph.node('ReduceMean', [image], { axes: [1, 2], keepdims: 0 });
        graph.output('probability', graph.node('Sigmoid', [mean]), [1]);
        graph.output('activations', root, [8, 8, 1]);
        graph.output('gradients', image, [8, 8, 1]);
      });
      expect(await refusal(openEngine(await bundleWith(nan), CPU))).to.include({ code: 'model-not-finite' });
      const score = handMade((graph, image) => {
        const minimum = graph.node('ReduceMin', [image], { axes: [1, 2], keepdims: 0 });
        graph.output('probability', minimum, [1]);
        graph.output('activations', image, [8, 8, 1]);
        graph.output('gradients', image, [8, 8, 1]);
      });
      const error = await refusal(openEngine(await bundleWith(score), CPU));
      expect(error.code).to.equal('model-not-finite');
      expect(error.message).to.include('no probability');
    });

    it('is refused when it explains itself at another layer than bundle.json names', async () => {
      const onnx = handMade(meanOutputs, { 'mamori.targetLayer': 'conv_2' });
      const error = await refusal(openEngine(await bundleWith(onnx), CPU));
      expect(error.code).to.equal('bundle-target-layer');
      expect(error.message).to.include('any').and.include('conv_2');
      const description = { ...describeBundle({ rows: 8, columns: 8, channels: 1 }, 'conv_2') };
      await opens(await bundleWith(onnx, description));
    });
  });

  describe('in model.json and weights.bin', () => {
    it('is refused when it has no layer of the name in bundle.json, whatever engine runs it', async () => {
      const bundle = { ...(await smallBundle()), targetLayer: 'conv_9' };
      for (const choice of [CPU, TENSORFLOW, AUTO]) {
        const error = await refusal(openEngine(bundle, choice));
        expect(error.code).to.equal('bundle-target-layer');
        expect(error.message).to.include('conv_9');
        expect(error.remedy).to.include('conv_last');
      }
    });

    it('is refused when model.json is cut short', async () => {
      const broken = await remade(await smallBundle(), 'model.json', half);
      const error = await refusal(openEngine(broken, AUTO));
      expect(error.code).to.equal('bundle-malformed');
      expect(error.message).to.include('model.json');
    });

    it('is refused when model.json holds no layers', async function () {
      needsNativeTensorflow(this);
      const broken = await remade(await smallBundle(), 'model.json', () =>
        Buffer.from('{"weightsManifest":[]}'),
      );
      expect(await refusal(openEngine(broken, TENSORFLOW))).to.include({ code: 'bundle-malformed' });
    });

    it('is refused when weights.bin is cut short', async function () {
      needsNativeTensorflow(this);
      for (const change of [
        half,
        (bytes: Buffer) => bytes.subarray(0, bytes.length - 4),
        () => Buffer.alloc(0),
      ]) {
        const broken = await remade(await smallBundle(), 'weights.bin', change);
        const error = await refusal(openEngine(broken, TENSORFLOW));
        expect(error.code).to.equal('bundle-malformed');
      }
    });

    it('is refused when its input is not the one of bundle.json', async function () {
      needsNativeTensorflow(this);
      const bundle = await smallBundle();
      const other = { ...bundle, input: { ...bundle.input, rows: 20 } };
      expect(await refusal(openEngine(other, TENSORFLOW))).to.include({ code: 'bundle-model-input' });
    });

    it('is refused when a weight is not a number or infinite', async function () {
      needsNativeTensorflow(this);
      for (const value of [Number.NaN, Number.NEGATIVE_INFINITY]) {
        const broken = await remade(await smallBundle(), 'weights.bin', withFirstWeight(value));
        const error = await refusal(openEngine(broken, TENSORFLOW));
        expect(error.code).to.equal('model-not-finite');
        expect(error.message).to.include('conv_1');
      }
    });
  });

  it('is not even exported when its weights are not numbers', async () => {
    const { tf } = await anyTensorflow();
    const { make, targetLayer } = SMALL_NETWORKS[0]!;
    const model = make(tf);
    const layer = model.getLayer('dense');
    layer.setWeights(layer.getWeights().map((weight) => tf.fill(weight.shape, Number.NaN)));
    expect(() => exportOnnx(model, targetLayer))
      .to.throw('dense_kernel')
      .with.property('code', 'model-not-finite');
    expect(() =>
      new OnnxGraph().constant('bound', [1], Float32Array.of(Number.POSITIVE_INFINITY)),
    ).to.throw();
  });
});
