import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type Candidate, openFirst } from '../../src/model/engines/candidate.js';
import {
  type Bundle,
  type Engine,
  ModelError,
  type ModelErrorCode,
  openEngine,
} from '../../src/model/index.js';
import { installedTensorflow } from '../../src/model/tensorflowRuntime.js';
import { needsNativeTensorflow } from '../parts.js';
import { inputsFor, smallBundle } from './bundles.js';
import { refusal } from './refusal.js';

const runFile = promisify(execFile);
const CPU = { engine: 'onnxruntime', device: 'cpu', threads: 1 } as const;

describe('the choice of an engine', function () {
  this.timeout(60_000);

  let bundle: Bundle;
  before(async () => {
    bundle = await smallBundle();
  });

  /** As if the bundle had been made without this file. */
  const without = (file: string): Bundle => {
    const { [file]: _left, ...files } = bundle.files;
    return { ...bundle, files };
  };
  const opened = async (given: Bundle, choice: Parameters<typeof openEngine>[1]): Promise<Engine> => {
    const engine = await openEngine(given, choice);
    expect(await engine.infer(inputsFor(given, 2))).to.have.length(2);
    await engine.close();
    return engine;
  };

  describe('left to auto', () => {
    it('falls on onnxruntime on the CPU where no CUDA works, and says why of each other', async () => {
      const engine = await opened(bundle, { engine: 'auto', device: 'auto' });
      expect(engine).to.include({ name: 'onnxruntime', device: 'cpu' });
      expect(engine.reason)
        .to.match(
          /^the fastest that works here; not onnxruntime on cuda: the CUDA libraries .* not installed; /,
        )
        .and.match(/; not tensorflow on cuda: [^;]*tfjs-node[^;]*; /)
        .and.match(/; not tensorflow on cpu: slower; one view after another$/);
    });

    it('considers only what the bundle has files for', async function () {
      const onnxOnly = await opened(without('model.json'), { engine: 'auto', device: 'auto' });
      expect(onnxOnly.reason).not.to.include('tensorflow');
      needsNativeTensorflow(this);
      const layersOnly = await opened(without('model.onnx'), { engine: 'auto', device: 'cpu' });
      expect(layersOnly).to.include({ name: 'tensorflow', device: 'cpu' });
      expect(layersOnly.reason).to.include('tfjs-node');
    });

    it('keeps to a device that is named', async () => {
      expect(await opened(bundle, { engine: 'auto', device: 'cpu' })).to.include({ device: 'cpu' });
      const error = await refusal(openEngine(bundle, { engine: 'auto', device: 'cuda' }));
      expect(error.code).to.equal('engine-unavailable');
      expect(error.message).to.include('onnxruntime on cuda: ').and.include('tensorflow on cuda: ');
      expect(error.remedy).to.include('model.device');
    });

    it('keeps to an engine that is named', async function () {
      needsNativeTensorflow(this);
      const engine = await opened(bundle, { engine: 'tensorflow', device: 'auto' });
      expect(engine.name).to.equal('tensorflow');
      expect(engine.reason).not.to.include('onnxruntime');
    });
  });

  describe('between candidates', () => {
    const works = (name: string): Candidate => ({
      name,
      device: 'cuda',
      open: async (reason) => ({
        name: 'tensorflow',
        device: 'cuda',
        reason,
        infer: async () => [],
        close: async () => {},
      }),
    });
    const fails = (name: string, code: ModelErrorCode, remedy?: string): Candidate => ({
      name,
      device: name.endsWith('cpu') ? 'cpu' : 'cuda',
      open: async () => {
        throw new ModelError(code, `${code} of ${name}`, { ...(remedy && { remedy }) });
      },
    });

    it('takes the first that works and leaves slower ones alone', async () => {
      const never: Candidate = { name: 'c on cpu', device: 'cpu', open: () => expect.fail('was opened') };
      const { reason } = await openFirst([fails('a on cuda', 'engine-failed'), works('b on cuda'), never]);
      expect(reason).to.equal(
        'the fastest that works here; not a on cuda: engine-failed of a on cuda; not c on cpu: slower',
      );
    });

    it('does not hide a broken bundle behind another engine', async () => {
      const error = await refusal(openFirst([fails('a on cuda', 'model-not-finite'), works('b on cpu')]));
      expect(error.code).to.equal('model-not-finite');
    });

    it('says once what all say', async () => {
      const alike = () => fails('a', 'engine-unavailable', 'install it');
      const { message } = await refusal(openFirst([alike(), alike()]));
      expect(message).to.equal('engine-unavailable of a');
    });

    it('tells what each said when none works, and how to help the simplest', async () => {
      const error = await refusal(
        openFirst([
          fails('a on cuda', 'engine-unavailable', 'buy a card'),
          fails('b on cpu', 'engine-crashed', 'more memory'),
        ]),
      );
      expect(error.message).to.include('a on cuda: ').and.include('b on cpu: ');
      expect(error.remedy).to.equal('more memory');
    });
  });

  describe('by name', () => {
    it('is taken as it stands', async () => {
      const engine = await opened(bundle, CPU);
      expect(engine.reason).to.equal('as the settings name it; one view after another');
    });

    const impossible = [
      [{ engine: 'onnxruntime', device: 'cuda' }, 'CUDA libraries of onnxruntime-node', 'model.device'],
      [{ engine: 'tensorflow', device: 'webgpu' }, 'webgpu', 'model.device'],
      [{ engine: 'tensorflow', device: 'cuda' }, '@tensorflow/tfjs-node', 'installTensorflow'],
    ] as const;
    for (const [choice, message, remedy] of impossible)
      it(`${choice.engine} on ${choice.device} is refused where it does not work, with the remedy`, async () => {
        const error = await refusal(openEngine(bundle, choice));
        expect(error.code).to.equal('engine-unavailable');
        expect(error.message).to.include(message);
        expect(error.remedy).to.include(remedy);
      });

    if (installedTensorflow() === undefined)
      it('tensorflow is refused where it is not installed, with the command that installs it', async () => {
        const error = await refusal(openEngine(bundle, { engine: 'tensorflow', device: 'cpu' }));
        expect(error.code).to.equal('engine-unavailable');
        expect(error.remedy).to.include('scripts/installTensorflow.mjs');
      });

    it('names the file that a bundle lacks for it', async () => {
      for (const [engine, file] of [
        ['onnxruntime', 'model.onnx'],
        ['tensorflow', 'model.json'],
      ] as const)
        for (const device of ['cpu', 'auto'] as const) {
          const error = await refusal(openEngine(without(file), { engine, device }));
          expect(error.code).to.equal('bundle-file-missing');
          expect(error.message).to.include(file);
        }
    });

    // Elsewhere there is no setting that takes the driver away.
    if (process.platform === 'linux')
      it('webgpu is refused without a driver, instead of falling back on the CPU', async () => {
        const args = ['dist/src/cli/main.js', 'model', 'inspect', bundle.directory, '--device', 'webgpu'];
        const env = { ...process.env, VK_DRIVER_FILES: '/nowhere', VK_ICD_FILENAMES: '/nowhere' };
        const { code, stderr } = await runFile(process.execPath, args, { env }).catch((error) => error);
        expect(code).to.be.above(0);
        expect(stderr).to.include('onnxruntime on webgpu: ').and.include('model.device');
      });
  });
});
