import { readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { numberFromZero, wholeNumber } from '../src/cli/numbers.js';
import { bundleFolder, defaultSettings } from '../src/config/index.js';
import { loadBundle } from '../src/model/index.js';
import { measureExams } from './exams.js';
import { measureLibraries } from './libraries.js';
import { measureNetworks } from './network.js';
import { measureResults } from './results.js';

const PARTS = ['exams', 'network', 'libraries', 'results'];

const options = new Command('npm run bench --')
  .description('What performance claims rest on. Prints Markdown. See docs/performance.md.')
  .addOption(new Option('--part <name>', 'all where it is left out').choices(PARTS))
  .option('--rounds <number>', '', wholeNumber, 5)
  .option('--exams <number>', 'further ones after the rounds: does memory stay flat?', numberFromZero, 0)
  .option('--backlog <number>', 'exams that wait together; 0: none', numberFromZero, 12)
  .option('--images <folder>', "an exam's files for the part results; a made exam where it is left out")
  .option('--model <bundle...>', 'left out: exams with the default bundle, the network of each in models/')
  .parse()
  .opts<{
    part?: string;
    rounds: number;
    exams: number;
    backlog: number;
    images?: string;
    model?: string[];
  }>();
const measured = options.part === undefined ? PARTS : [options.part];
const { rounds, exams, backlog } = options;

console.log(`${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}\n`);
if (measured.includes('network')) await measureNetworks(await bundles(shipped()), rounds);
if (measured.includes('libraries')) await measureLibraries();
if (measured.includes('results'))
  for (const bundle of await bundles([defaultSettings('http://unused').model.bundle]))
    await measureResults(bundle, rounds, options.images);
if (measured.includes('exams'))
  for (const bundle of await bundles([defaultSettings('http://unused').model.bundle])) {
    console.log(`## Exams with ${bundle.name} ${bundle.version}\n`);
    await measureExams(bundle, { rounds, exams, backlog });
  }

function bundles(otherwise: string[]) {
  const folders = options.model ?? otherwise;
  return Promise.all(folders.map((folder) => loadBundle(bundleFolder(folder, process.cwd()))));
}

function shipped(): string[] {
  return readdirSync('models', { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join('models', entry.name));
}
