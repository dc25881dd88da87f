import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { importModel } from '../../../src/training/import/index.js';
import { readNetworkFile } from '../../../src/training/import/networkFile.js';
import { runOnce } from '../../../src/training/import/onnxRun.js';
import { KERAS, needs, PYTHON, PYTORCH, skipped } from '../../parts.js';
import { scratchFolder } from '../../scratch.js';
import { importing, SILENT } from './smallClassifiers.js';

/** ImageNet's, as torchvision's networks are used. */
const IMAGENET = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };

const NETWORKS = [
  { name: 'resnet18', by: 'torch' },
  { name: 'densenet121', by: 'torch' },
  { name: 'efficientnet_b0', by: 'torch' },
  { name: 'mobilenet_v2', by: 'torch' },
  { name: 'mobilenet_v3_small', by: 'torch' },
  { name: 'keras', by: 'keras' },
] as const;

/**
 * Exports of scripts/makeImportFixtures.py, by Debian's PyTorch and by Keras from PyPI, which scripts/testParts.mjs
 * installs with CI set. MAMORI_IMPORT_FIXTURES names a folder of exports that another PyTorch has made.
 */
describe('a real export', () => {
  const given = process.env.MAMORI_IMPORT_FIXTURES;
  let made: string;
  before(() => {
    made = given === undefined ? scratchFolder('exports') : resolve(given);
  });

  function exported(context: Mocha.Context, name: string, by: 'torch' | 'keras'): string {
    const path = join(made, `${name}.onnx`);
    if (given !== undefined) {
      if (!existsSync(path)) skipped(context, `${path} is not there`);
      return path;
    }
    needs(context, PYTHON, by === 'torch' ? PYTORCH : KERAS);
    const env = { ...process.env, ...(by === 'keras' && { PYTHONPATH: KERAS }) };
    const { stdout, stderr } = spawnSync(PYTHON, ['scripts/makeImportFixtures.py', made, name], {
      encoding: 'utf8',
      env,
    });
    if (!existsSync(path)) throw new Error(`${name} was not exported: ${stdout}${stderr}`);
    return path;
  }

  for (const { name, by } of NETWORKS)
    it(`becomes a bundle with Grad-CAM: ${name}`, async function () {
      this.timeout(600_000);
      const path = exported(this, name, by);
      const facts = JSON.parse(readFileSync(join(made, `${name}.json`), 'utf8')) as {
        layout: 'NCHW' | 'NHWC';
        meaning: 'logits' | 'sigmoid' | 'softmax';
        picture: number[];
        answer: number[];
      };
      const { network } = await readNetworkFile(path);
      const dims = network.inputShape.map((size) => size ?? 1);
      const picture = { dims, data: facts.picture };
      const { [network.outputName]: answer } = await runOnce(
        readFileSync(path),
        name,
        { [network.inputName]: picture },
        [network.outputName],
      );
      // That the file is what PyTorch or Keras meant is theirs to keep; else the test would prove nothing.
      for (const [index, number] of facts.answer.entries())
        expect(answer!.data[index]).to.be.closeTo(number, 1e-3);

      const scaling = dims.includes(3) ? IMAGENET : { mean: [0], deviation: [1] };
      const options = await importing(readFileSync(path), { ...scaling, layout: facts.layout });
      const imported = await importModel(options, SILENT);
      expect(imported.explanation).to.match(/^Grad-CAM/);
      expect(imported.checks.difference).to.be.below(1e-4);
      expect(imported.batch).to.equal('any');
    });
});
