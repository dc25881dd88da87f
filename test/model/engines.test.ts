import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { CheckedEngine } from '../../src/model/engines/checkedEngine.js';
import { isEngineFailure } from '../../src/model/errors.js';
import { type Bundle, openEngine } from '../../src/model/index.js';
import { needs, needsNativeTensorflow } from '../parts.js';
import { SMALL_NETWORKS } from '../training/smallNetworks.js';
import { inputsFor, smallBundle } from './bundles.js';
import { refusal } from './refusal.js';

/** The input on which dyingProgram.ts ends. */
const DEADLY = 13;
/** That on which it never answers. */
const ENDLESS = 14;

const CPU = { engine: 'onnxruntime', device: 'cpu', threads: 1 } as const;

describe('the onnxruntime engine', () => {
  let bundle: Bundle;
  before(async () => {
    bundle = await smallBundle();
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

  it('runs on WebGPU, here on a software driver, and agrees with the CPU', async function () {
    this.timeout(120_000);
    const driver = '/usr/lib/chromium/vk_swiftshader_icd.json';
    const loader = '/usr/share/doc/libvulkan1';
    needs(this, driver, loader);
    process.env.VK_DRIVER_FILES = driver;
    const inputs = inputsFor(bundle, 2);
    const [onGpu, onCpu] = await Promise.all(
      (['webgpu', 'cpu'] as const).map(async (device) => {
        const engine = await openEngine(bundle, { engine: 'onnxruntime', device });
        expect(engine.device).to.equal(device);
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

  it('says what a bundle without model.onnx lacks', async () => {
    const { 'model.onnx': _left, ...files } = bundle.files;
    expect(await refusal(openEngine({ ...bundle, files }, CPU))).to.include({ code: 'bundle-file-missing' });
  });
});

/** Long enough for a thread to start on a busy machine. */
const PATIENCE_MS = 4000;

describe("an engine's thread", () => {
  const setup = {
    modelFile: '',
    device: 'cpu',
    threads: 1,
    input: { rows: 1, columns: 1, channels: 1 },
    targetLayer: '',
    gradients: true,
  };
  const open = (program: string, timeoutMs?: number) =>
    CheckedEngine.open({
      name: 'onnxruntime',
      reason: '',
      program: new URL(program, import.meta.url),
      setup,
      ...(timeoutMs !== undefined && { timeoutMs }),
    });

  it('that dies fails what was under way by name, and is opened again for the next run', async () => {
    const engine = await open('./dyingProgram.js');
    const [first, second] = [engine.infer([Float32Array.of(DEADLY)]), engine.infer([Float32Array.of(0.5)])];
    expect(await refusal(first)).to.include({ code: 'engine-crashed' });
    expect(await refusal(second)).to.include({ code: 'engine-crashed' });
    expect((await engine.infer([Float32Array.of(0.5)]))[0]?.rawProbability).to.equal(0.5);
    expect(engine.device).to.equal('cpu');
    await engine.close();
    expect(await refusal(engine.infer([Float32Array.of(0.5)]))).to.include({ code: 'engine-closed' });
  });

  it('that hangs is left by name, ended, and opened again for the next run', async () => {
    const engine = await open('./dyingProgram.js', PATIENCE_MS);
    const [first, second] = [engine.infer([Float32Array.of(ENDLESS)]), engine.infer([Float32Array.of(0.5)])];
    const error = await refusal(first);
    expect(error).to.include({ code: 'engine-timed-out' });
    expect(error.remedy).to.match(/opened again/);
    expect(isEngineFailure(error)).to.equal(true);
    expect(await refusal(second)).to.include({ code: 'engine-timed-out' });
    expect((await engine.infer([Float32Array.of(0.5)]))[0]?.rawProbability).to.equal(0.5);
    // A thread that was left does not end the one in its place, then or later, and nobody waits for it.
    await sleep(1.3 * PATIENCE_MS);
    expect((await engine.infer([Float32Array.of(0.25)]))[0]?.rawProbability).to.equal(0.25);
    await engine.close();
  });

  it('that hangs is not waited for when it is closed', async () => {
    const engine = await open('./dyingProgram.js', PATIENCE_MS);
    const asked = refusal(engine.infer([Float32Array.of(ENDLESS)]));
    await engine.close();
    expect(await asked).to.include({ code: 'engine-timed-out' });
  });

  it('that hangs while it opens says so', async () => {
    expect(await refusal(open('./hangingProgram.js', 500))).to.include({ code: 'engine-timed-out' });
  });

  it('has its whole time for each answer, however many are asked at once', async () => {
    const engine = await open('./dyingProgram.js', PATIENCE_MS);
    const many = Array.from({ length: 50 }, () => engine.infer([Float32Array.of(0.5)]));
    expect(await Promise.all(many)).to.have.length(50);
    // Nothing is awaited while nothing is asked.
    await sleep(1.1 * PATIENCE_MS);
    expect((await engine.infer([Float32Array.of(0.5)]))[0]?.rawProbability).to.equal(0.5);
    await engine.close();
  });

  it('that cannot start says so', async () => {
    expect(await refusal(open('./noSuchProgram.js'))).to.include({ code: 'engine-crashed' });
  });
});

describe('the tensorflow engine', function () {
  this.timeout(60_000);

  it('gives what onnxruntime gives, to 1e-4', async function () {
    needsNativeTensorflow(this);
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
});
