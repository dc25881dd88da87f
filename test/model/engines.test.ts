import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { type BundleDescription, writeBundle } from '../../src/model/bundle-writer.js';
import { EngineThread } from '../../src/model/engines/engine-thread.js';
import { exportOnnx } from '../../src/model/export/onnx-export.js';
import { OnnxGraph } from '../../src/model/export/onnx-graph.js';
import { type Bundle, type Engine, ModelError, openEngine } from '../../src/model/index.js';
import { anyTensorflow, nativeTensorflow } from '../../src/model/tensorflow-runtime.js';
import { describeBundle, scratchFolder, smallBundle } from './bundles.js';
import { SMALL_NETWORKS, seededValues } from './small-networks.js';

/** The input on which dying-thread.ts ends. */
const DEADLY = 13;

const CPU = { engine: 'onnxruntime', device: 'cpu', threads: 1 } as const;

async function refusal(work: Promise<unknown>): Promise<ModelError> {
  try {
    await work;
  } catch (error) {
    expect(error).to.be.instanceOf(ModelError);
    return error as ModelError;
  }
  throw new Error('nothing was refused');
}

async function bundleWith(onnx: Uint8Array, changes: Partial<BundleDescription> = {}): Promise<Bundle> {
  const description = { ...describeBundle({ rows: 8, columns: 8, channels: 1 }, 'any'), ...changes };
  const files = { 'MODEL_CARD.md': Buffer.from('# Card\n'), 'model.onnx': onnx };
  return writeBundle(join(await scratchFolder(), 'bundle'), description, files);
}

/** A network without layers: its outputs are made from the input by the nodes that a test adds. */
function handMade(write: (graph: OnnxGraph, image: string) => void): Uint8Array {
  const graph = new OnnxGraph();
  write(graph, graph.input('image', [8, 8, 1]));
  return graph.encode('hand-made');
}

function meanOutputs(graph: OnnxGraph, image: string): void {
  const mean = graph.node('ReduceMean', [image], { axes: [1, 2], keepdims: 0 });
  graph.output('probability', graph.node('Sigmoid', [mean]), [1]);
  graph.output('activations', image, [8, 8, 1]);
  graph.output('gradients', image, [8, 8, 1]);
}

function inputsFor(bundle: Bundle, count: number): Float32Array[] {
  const { rows, columns, channels } = bundle.input;
  return Array.from({ length: count }, (_, view) => seededValues(rows * columns * channels, view + 1));
}

describe('the onnxruntime engine', () => {
  let bundle: Bundle;
  before(async () => {
    bundle = await smallBundle();
  });

  it('is what auto takes, on the CPU, and it says why', async () => {
    const engine = await openEngine(bundle, { engine: 'auto', device: 'auto' });
    expect(engine).to.include({ name: 'onnxruntime', device: 'cpu' });
    expect(engine.reason).to.match(/onnxruntime.*CUDA/);
    await engine.close();
  });

  it('does not block the caller while the network runs', async () => {
    const engine = await openEngine(bundle, CPU);
    let turns = 0;
    const ticking = setInterval(() => turns++, 1);
    await engine.infer(inputsFor(bundle, 400));
    clearInterval(ticking);
    expect(turns).to.be.above(2);
    await engine.close();
  });

  it('leaves the inputs as they were, for who needs them again', async () => {
    const engine = await openEngine(bundle, CPU);
    const [input] = inputsFor(bundle, 1);
    const copy = input!.slice();
    await engine.infer([input!]);
    expect(input).to.deep.equal(copy);
    await engine.close();
  });

  it('answers nothing to no inputs, and many calls at once each with their own', async () => {
    const engine = await openEngine(bundle, CPU);
    expect(await engine.infer([])).to.deep.equal([]);
    const inputs = inputsFor(bundle, 6);
    const together = await engine.infer(inputs);
    const apart = await Promise.all(inputs.map((input) => engine.infer([input])));
    for (const [view, [alone]] of apart.entries())
      expect(alone!.rawProbability).to.be.closeTo(together[view]!.rawProbability, 1e-6);
    await engine.close();
  });

  it('refuses an input of another size and goes on', async () => {
    const engine = await openEngine(bundle, CPU);
    expect(await refusal(engine.infer([new Float32Array(7)]))).to.include({ code: 'engine-input' });
    expect(await engine.infer(inputsFor(bundle, 1))).to.have.length(1);
    await engine.close();
  });

  it('finishes what is under way before it closes', async () => {
    const engine = await openEngine(bundle, CPU);
    const underWay = engine.infer(inputsFor(bundle, 200));
    await new Promise((resolve) => setTimeout(resolve, 2));
    await engine.close();
    expect(await underWay).to.have.length(200);
    await engine.close();
  });

  it('says that it is closed', async () => {
    const engine = await openEngine(bundle, CPU);
    await engine.close();
    expect(await refusal(engine.infer(inputsFor(bundle, 1)))).to.include({ code: 'engine-closed' });
  });

  it('names a device that does not work, with the remedy', async () => {
    const error = await refusal(openEngine(bundle, { engine: 'onnxruntime', device: 'cuda' }));
    expect(error.code).to.equal('engine-unavailable');
    expect(error.remedy).to.include('model.device');
  });

  it('runs on WebGPU, here on a software driver, and agrees with the CPU', async function () {
    this.timeout(120_000);
    const driver = '/usr/lib/chromium/vk_swiftshader_icd.json';
    const loader = '/usr/share/doc/libvulkan1';
    if (!existsSync(driver) || !existsSync(loader)) {
      const missing = 'the Debian packages chromium and libvulkan1 are not installed';
      if (process.env.CI) throw new Error(`${missing}, and CI skips nothing`);
      console.warn(`      skipped: ${missing}`);
      return this.skip();
    }
    process.env.VK_DRIVER_FILES = driver;
    const inputs = inputsFor(bundle, 2);
    const [onGpu, onCpu] = await Promise.all(
      (['webgpu', 'cpu'] as const).map(async (device) => {
        const engine = await openEngine(bundle, { engine: 'onnxruntime', device });
        const inferences = await engine.infer(inputs);
        await engine.close();
        return inferences;
      }),
    );
    for (const [view, expected] of onCpu!.entries()) {
      expect(onGpu![view]!.rawProbability).to.be.closeTo(expected.rawProbability, 1e-4);
      for (const [index, value] of expected.gradients.entries())
        expect(onGpu![view]!.gradients[index]).to.be.closeTo(value, 1e-4);
    }
  });

  it('refuses a file that is no ONNX model', async () => {
    const broken = await bundleWith(Buffer.from('this is no model'));
    expect(await refusal(openEngine(broken, CPU))).to.include({ code: 'engine-unavailable' });
  });

  it('refuses a model with other outputs and names what is missing', async () => {
    const onnx = handMade((graph, image) => graph.output('probability', image, [8, 8, 1]));
    const error = await refusal(openEngine(await bundleWith(onnx), CPU));
    expect(error.code).to.equal('bundle-model-outputs');
    expect(error.message).to.include('activations, gradients');
  });

  it('refuses a model whose input is not the one of bundle.json', async () => {
    const description = describeBundle({ rows: 16, columns: 8, channels: 1 }, 'any');
    const error = await refusal(openEngine(await bundleWith(handMade(meanOutputs), description), CPU));
    expect(error.code).to.equal('bundle-model-input');
    expect(error.message).to.include('16 x 8 x 1');
  });

  it('refuses activations and gradients of different shapes', async () => {
    const onnx = handMade((graph, image) => {
      meanOutputs(graph, image);
    });
    expect((await openAndClose(await bundleWith(onnx))).name).to.equal('onnxruntime');
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

  it('refuses a network that answers with numbers that are none, or with no probability', async () => {
    const { tf } = await anyTensorflow();
    const network = SMALL_NETWORKS.at(-1)!;
    const model = network.make(tf);
    const layer = model.getLayer('score');
    layer.setWeights(layer.getWeights().map((weight) => tf.fill(weight.shape, Number.NaN)));
    const nan = await bundleWith(
      exportOnnx(model, network.targetLayer),
      describeBundle({ rows: 12, columns: 12, channels: 1 }, network.targetLayer),
    );
    expect(await refusal(openEngine(nan, CPU))).to.include({ code: 'model-not-finite' });
    const score = handMade((graph, image) => {
      const mean = graph.node('ReduceMean', [image], { axes: [1, 2], keepdims: 0 });
      graph.output('probability', mean, [1]);
      graph.output('activations', image, [8, 8, 1]);
      graph.output('gradients', image, [8, 8, 1]);
    });
    const error = await refusal(openAndRun(await bundleWith(score), -3));
    expect(error.code).to.equal('model-not-finite');
    expect(error.message).to.include('no probability');
  });

  it('says what a bundle without model.onnx lacks', async () => {
    const { 'model.onnx': _left, ...files } = bundle.files;
    expect(await refusal(openEngine({ ...bundle, files }, CPU))).to.include({ code: 'bundle-file-missing' });
  });
});

describe("an engine's thread", () => {
  const setup = {
    modelFile: '',
    device: 'cpu',
    threads: 1,
    input: { rows: 1, columns: 1, channels: 1 },
    targetLayer: '',
  };
  const program = new URL('./dying-thread.js', import.meta.url);

  it('that dies fails what was under way by name, and is opened again for the next run', async () => {
    const thread = new EngineThread(program, setup);
    await thread.open();
    const [first, second] = [thread.run(Float32Array.of(DEADLY), 1), thread.run(Float32Array.of(0.5), 1)];
    expect(await refusal(first)).to.include({ code: 'engine-crashed' });
    expect(await refusal(second)).to.include({ code: 'engine-crashed' });
    expect((await thread.run(Float32Array.of(0.5), 1)).probability[0]).to.equal(0.5);
    await thread.close();
  });

  it('that cannot start says so each time it is asked', async () => {
    const thread = new EngineThread(new URL('./no-such-thread.js', import.meta.url), setup);
    expect(await refusal(thread.open())).to.include({ code: 'engine-crashed' });
    expect(await refusal(thread.open())).to.include({ code: 'engine-crashed' });
    await thread.close();
  });
});

describe('the tensorflow engine', function () {
  this.timeout(60_000);

  it('gives what onnxruntime gives, to 1e-4', async function () {
    if (nativeTensorflow() === undefined) return skipWithoutTensorflow(this);
    for (const network of SMALL_NETWORKS) {
      const bundle = await smallBundle(network);
      const inputs = inputsFor(bundle, 3);
      const [native, onnx] = await Promise.all(
        (['tensorflow', 'onnxruntime'] as const).map(async (name) => {
          const engine = await openEngine(bundle, { engine: name, device: 'cpu', threads: 1 });
          const inferences = await engine.infer(inputs);
          await engine.close();
          return inferences;
        }),
      );
      for (const [view, expected] of onnx!.entries()) {
        const found = native![view]!;
        expect(found.featureShape).to.deep.equal(expected.featureShape);
        expect(found.rawProbability).to.be.closeTo(expected.rawProbability, 1e-4);
        for (const key of ['activations', 'gradients'] as const)
          found[key].forEach((value, index) => {
            if (Math.abs(value - expected[key][index]!) > 1e-4)
              expect.fail(`${network.name}: ${key} ${index}`);
          });
      }
    }
  });

  it('says what to install where it is not, and what it cannot run on', async () => {
    const bundle = await smallBundle();
    const error = await refusal(openEngine(bundle, { engine: 'tensorflow', device: 'webgpu' }));
    expect(error.code).to.equal('engine-unavailable');
    if (nativeTensorflow() === undefined) {
      const missing = await refusal(openEngine(bundle, { engine: 'tensorflow', device: 'auto' }));
      expect(missing.code).to.equal('engine-unavailable');
      expect(missing.remedy).to.include('install-tensorflow');
    } else if (!nativeTensorflow()!.gpu) {
      const noGpu = await refusal(openEngine(bundle, { engine: 'tensorflow', device: 'cuda' }));
      expect(noGpu.code).to.equal('engine-unavailable');
    }
  });

  it('refuses layers that are none', async function () {
    if (nativeTensorflow() === undefined) return skipWithoutTensorflow(this);
    const bundle = await smallBundle();
    await writeFile(join(bundle.directory, 'model.json'), '{"weightsManifest":[]}');
    const error = await refusal(openEngine(bundle, { engine: 'tensorflow', device: 'auto' }));
    expect(error.code).to.equal('bundle-malformed');
  });
});

/** Also in CI: TensorFlow is an optional part, and half a gigabyte. */
function skipWithoutTensorflow(test: Mocha.Context): void {
  console.warn('      skipped: tfjs-node is not installed (node scripts/install-tensorflow.mjs)');
  test.skip();
}

async function openAndClose(bundle: Bundle): Promise<Engine> {
  const engine = await openEngine(bundle, CPU);
  await engine.close();
  return engine;
}

async function openAndRun(bundle: Bundle, value: number): Promise<void> {
  const engine = await openEngine(bundle, CPU);
  try {
    const { rows, columns, channels } = bundle.input;
    await engine.infer([new Float32Array(rows * columns * channels).fill(value)]);
  } finally {
    await engine.close();
  }
}
