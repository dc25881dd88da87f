// `npm run sbom`: the bill of materials in CycloneDX, out/mamori-VERSION.cdx.json: every library that runs, as npm
// itself lists them, and every model bundle with the hashes of its files, its terms of use and what it is for.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));
const { version, license } = readJson(join(root, 'package.json'));

const options = ['--package-lock-only', '--sbom-format=cyclonedx', '--sbom-type=application'];
const bill = JSON.parse(
  execFileSync('npm', ['sbom', ...options], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 1 << 26,
  }),
);
leaveOutDevelopment();
// npm names the program by the folder that it lies in.
bill.metadata.component.name = 'mamori';
const own = bill.metadata.component['bom-ref'];
const models = readdirSync(join(root, 'models'))
  .map((name) => join(root, 'models', name))
  .filter((folder) => existsSync(join(folder, 'bundle.json')))
  .map(model);
bill.components.push(...models);
const dependencies = bill.dependencies.find(({ ref }) => ref === own);
dependencies.dependsOn.push(...models.map((component) => component['bom-ref']));
bill.dependencies.push(...models.map((component) => ({ ref: component['bom-ref'], dependsOn: [] })));

const target = join(root, 'out');
mkdirSync(target, { recursive: true });
const file = join(target, `mamori-${version}.cdx.json`);
writeFileSync(file, `${JSON.stringify(bill, null, 2)}\n`);
console.log(`${file}: ${bill.components.length} components, ${models.length} of them models`);

/** In place of npm's --omit=dev, which leaves out what runs, too, where something that only builds needs it as well. */
function leaveOutDevelopment() {
  const isForDevelopment = ({ properties = [] }) =>
    properties.some(({ name, value }) => name === 'cdx:npm:package:development' && value === 'true');
  bill.components = bill.components.filter((component) => !isForDevelopment(component));
  const own = bill.metadata.component['bom-ref'];
  const kept = new Set([own, ...bill.components.map((component) => component['bom-ref'])]);
  bill.dependencies = bill.dependencies
    .filter(({ ref }) => kept.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => kept.has(one)) }));
}

/** A bundle as a component: what `bundle.json` names, and the hashes as they are on the disk. */
function model(folder) {
  const bundle = readJson(join(folder, 'bundle.json'));
  const reference = `model:${bundle.name}@${bundle.version}`;
  return {
    'bom-ref': reference,
    type: 'machine-learning-model',
    name: bundle.name,
    version: bundle.version,
    publisher: bundle.manufacturer,
    description: bundle.purpose,
    hashes: [sha256(join(folder, 'bundle.json'))],
    licenses: [
      bundle.termsOfUse === undefined
        ? { license: { id: license } }
        : { license: { name: 'Terms of use', text: { content: bundle.termsOfUse } } },
    ],
    modelCard: { considerations: { useCases: [bundle.purpose], technicalLimitations: bundle.limits } },
    components: Object.keys(bundle.files).map((name) => ({
      'bom-ref': `${reference}/${name}`,
      type: 'file',
      name,
      hashes: [sha256(join(folder, name))],
    })),
  };
}

function sha256(file) {
  return { alg: 'SHA-256', content: createHash('sha256').update(readFileSync(file)).digest('hex') };
}
