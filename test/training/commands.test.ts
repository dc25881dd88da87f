import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { modelCommand } from '../../src/cli/model.js';
import { trainCommand } from '../../src/cli/train.js';
import { MamoriError } from '../../src/errors.js';
import { loadBundle, ModelError } from '../../src/model/index.js';
import { smallBundle } from '../model/bundles.js';
import { addSmallNetwork, removeSmallNetwork, SMALL, spots } from './spots.js';

async function outputOf(work: () => Promise<unknown>): Promise<string> {
  const { log } = console;
  const lines: string[] = [];
  console.log = (line: string) => lines.push(line);
  try {
    await work();
  } finally {
    console.log = log;
  }
  return lines.join('\n');
}

describe('mamori model inspect', () => {
  it('says what a bundle is, that its files are right and that it runs', async () => {
    const bundle = await smallBundle();
    const text = await outputOf(() =>
      modelCommand.parseAsync(['inspect', bundle.directory], { from: 'user' }),
    );
    for (const part of ['small 1.0.0', bundle.digest, 'Knows nothing.', 'onnxruntime on cpu', '9 x 11 x 6'])
      expect(text).to.include(part);
  });

  it('gives one JSON object', async () => {
    const bundle = await smallBundle();
    const text = await outputOf(() =>
      modelCommand.parseAsync(['inspect', bundle.directory, '--json'], { from: 'user' }),
    );
    const inspection = JSON.parse(text);
    expect(inspection.bundle.digest).to.equal(bundle.digest);
    expect(inspection.engine).to.include({ name: 'onnxruntime', device: 'cpu' });
  });

  it('passes on what is wrong', async () => {
    try {
      await outputOf(() => modelCommand.parseAsync(['inspect', '/nowhere/at/all'], { from: 'user' }));
    } catch (error) {
      expect(error).to.be.instanceOf(ModelError).and.include({ code: 'bundle-missing' });
      return;
    }
    throw new Error('nothing was refused');
  });
});

describe('mamori train', () => {
  it('names what is wrong before it does any work', async () => {
    const parameters = [
      '--data',
      '/nowhere',
      '--labels',
      '/nowhere/labels.csv',
      '--arch',
      'paper',
      '--out',
      '/tmp/never',
    ];
    try {
      await trainCommand.parseAsync(parameters, { from: 'user' });
    } catch (error) {
      expect(error).to.be.instanceOf(MamoriError).and.include({ code: 'labels-malformed' });
      return;
    }
    throw new Error('nothing was refused');
  });

  it('writes down the command that does the same again, whichever class it was told to find', async () => {
    addSmallNetwork();
    try {
      const { images, labels, out } = await spots();
      const given = ['--data', images, '--labels', labels, '--arch', SMALL, '--epochs', '1'];
      const procedure = async (...more: string[]) => {
        await outputOf(() => trainCommand.parseAsync([...given, ...more], { from: 'user' }));
        return (await loadBundle(out)).training!.procedure;
      };
      expect(await procedure('--out', out)).to.equal(
        `mamori train --data DIR --labels CSV --arch ${SMALL} --out BUNDLE ` +
          '--epochs 1 --minutes 120 --patience 20 --seed 1',
      );
      expect(await procedure('--out', out, '--positive', 'benign')).to.include(' --positive benign');
    } finally {
      removeSmallNetwork();
    }
  }).timeout(60_000);
});

describe('the bundles that ship', () => {
  const models = fileURLToPath(new URL('../../../models/', import.meta.url));
  const names = readdirSync(models, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);

  it('are there', () => {
    expect(names).to.include.members(['breast-cancer', 'paper-cnn']);
  });

  for (const name of names)
    it(`${name} is the one that its report in docs/model is about`, async () => {
      const bundle = await loadBundle(join(models, name));
      const report = fileURLToPath(new URL(`../../../docs/model/${name}/evaluation.json`, import.meta.url));
      const { model, heatMaps } = JSON.parse(readFileSync(report, 'utf8'));
      const { version, operatingPoint } = bundle;
      expect(model).to.deep.include({ name, version, operatingPoint });
      if (bundle.heatMaps !== undefined) expect(heatMaps).to.deep.equal(bundle.heatMaps);
    });

  for (const name of names)
    it(`${name} is whole, small, says what it is made of, and answers`, async () => {
      const folder = join(models, name);
      const bundle = await loadBundle(folder);
      const sizes = Object.keys(bundle.files).map((file) => statSync(join(folder, file)).size);
      expect(sizes.reduce((sum, size) => sum + size, 0)).to.be.below(30e6);
      expect(bundle.limits.join(' ')).to.include('Not for clinical use');
      expect(bundle.training!.attribution).to.match(/Lin T-H|Sawyer-Lee/);
      // What is made from the challenge's images is for research only, and says so.
      if (bundle.training!.data.includes('rsna')) expect(bundle.termsOfUse).to.include('non-commercial');
      expect(bundle.performance.map(({ measure }) => measure)).to.include('AUC');
      const text = await outputOf(() =>
        modelCommand.parseAsync(['inspect', folder, '--json'], { from: 'user' }),
      );
      expect(JSON.parse(text).engine.featureShape).to.have.length(3);
    });
});
