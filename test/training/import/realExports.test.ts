import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { importModel } from '../../../src/training/import/index.js';
import { readNetworkFile } from '../../../src/training/import/networkFile.js';
import { runOnce } from '../../../src/training/import/onnxRun.js';
import { PARTS_ARE_HIDDEN, skipped } from '../../parts.js';
import { scratchFolder } from '../../scratch.js';
import { importing, SILENT } from './smallClassifiers.js';

/** ImageNet's, as torchvision's networks are used. */
const IMAGENET = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };

const NETWORKS = [
  { name: 'resnet18', batch: 'any' },
  { name: 'densenet121', batch: 'any' },
  { name: 'efficientnet_b0', batch: 'any' },
  { name: 'mobilenet_v2', batch: 'any' },
  { name: 'mobilenet_v3_small', batch: 'any' },
  { name: 'keras', batch: 'any' },
] as const;

/**
 * Exports of scripts/makeImportFixtures.py. MAMORI_IMPORT_FIXTURES names a folder that it has written to, or
 * MAMORI_IMPORT_PYTHON a Python with PyTorch or TensorFlow, which then makes them here; both are too large to be
 * fetched for every run of the tests.
 */
describe('a real export', () => {
  let folder: string;
  before(function () {
    this.timeout(1_800_000);
    const { MAMORI_IMPORT_FIXTURES: made, MAMORI_IMPORT_PYTHON: python } = process.env;
    if (made !== undefined) {
      folder = resolve(made);
      return;
    }
    if (python === undefined || PARTS_ARE_HIDDEN) {
      skipped(this, 'MAMORI_IMPORT_PYTHON names no Python with PyTorch or TensorFlow', true);
    }
    folder = scratchFolder('exports');
    const { status, stderr } = spawnSync(python, ['scripts/makeImportFixtures.py', folder], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
  });

  for (const { name, batch } of NETWORKS)
    it(`becomes a bundle with Grad-CAM: ${name}`, async function () {
      this.timeout(300_000);
      const path = join(folder, `${name}.onnx`);
      if (!existsSync(path)) skipped(this, `${name} was not exported`, true);
      const facts = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as {
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
      expect(imported.batch).to.equal(batch);
    });
});
