import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect } from 'chai';
import { installedVersion } from '../../src/config/index.js';
import { needs, skipped } from '../parts.js';

const SCHEMAS = '.cache/cyclonedx/10.3.0';

interface Component {
  type: string;
  name: string;
  version: string;
  hashes?: { alg: string; content: string }[];
  licenses?: { license: { id?: string; text?: { content: string } } }[];
  components?: Component[];
}

interface Bill {
  specVersion: string;
  metadata: { component: Component };
  components: Component[];
}

const readJson = <T>(file: string) => JSON.parse(readFileSync(file, 'utf8')) as T;

describe('The bill of materials', function () {
  this.timeout(60_000);
  let bill: Bill;

  before(function () {
    needs(this, 'npm');
    execFileSync(process.execPath, ['scripts/makeSbom.mjs'], { stdio: 'ignore' });
    bill = readJson(`out/mamori-${installedVersion()}.cdx.json`);
  });

  it('keeps to the schema of CycloneDX', function () {
    if (!existsSync(SCHEMAS)) skipped(this, 'no CycloneDX schemas (node scripts/installCyclonedx.mjs)');
    const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
    for (const name of ['spdx', 'jsf-0.82']) {
      const file = `${name}.SNAPSHOT.schema.json`;
      ajv.addSchema(readJson(`${SCHEMAS}/${file}`), `http://cyclonedx.org/schema/${file}`);
    }
    const validate = ajv.compile(readJson(`${SCHEMAS}/bom-${bill.specVersion}.SNAPSHOT.schema.json`));
    validate(bill);
    expect(validate.errors ?? []).to.deep.equal([]);
    validate({ ...bill, components: [{ type: 'something', name: 'x' }] });
    expect(validate.errors).to.not.be.empty;
  });

  it('names every library that runs, and none that only builds', () => {
    const { dependencies, devDependencies } =
      readJson<Record<string, Record<string, string>>>('package.json');
    const names = bill.components.map(({ name }) => name);
    expect(names).to.include.members(Object.keys(dependencies!));
    const built = Object.keys(devDependencies!).filter((name) => !name.startsWith('@types/'));
    expect(built.filter((name) => names.includes(name))).to.deep.equal([]);
    expect(bill.metadata.component).to.include({ name: 'mamori', version: installedVersion() });
  });

  it('names the models with the hashes of their files and their terms', () => {
    const models = bill.components.filter(({ type }) => type === 'machine-learning-model');
    expect(models.map(({ name }) => name)).to.include.members([
      'breast-cancer',
      'mass-malignancy',
      'paper-cnn',
    ]);
    for (const { name, version, components = [], licenses } of models) {
      const bundle = readJson<{ version: string; termsOfUse?: string; files: Record<string, string> }>(
        `models/${name}/bundle.json`,
      );
      expect(version).to.equal(bundle.version);
      const hashes = Object.fromEntries(components.map((file) => [file.name, file.hashes?.[0]?.content]));
      expect(hashes).to.deep.equal(bundle.files);
      const [{ license }] = licenses as [{ license: { id?: string; text?: { content: string } } }];
      expect(license.text?.content ?? license.id).to.equal(bundle.termsOfUse ?? 'Apache-2.0');
    }
  });
});
