import { readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleFolder, defaultSettings } from '../src/config/index.js';
import { loadBundle } from '../src/model/index.js';
import { measureExams } from './exams.js';
import { measureLibraries } from './libraries.js';
import { measureNetworks } from './network.js';
import { measureResults } from './results.js';

/** What performance claims rest on. Prints Markdown. See docs/performance.md. */
const { values: options } = parseArgs({
  options: {
    /** `exams`, `network`, `libraries`, `results`, or all where it is left out. */
    part: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    /** Further exams after the rounds, to see whether memory stays flat. */
    exams: { type: 'string', default: '0' },
    /** Exams that wait together; 0: none. */
    backlog: { type: 'string', default: '12' },
    /** Folder of an exam's files for `results`; a made exam where it is left out. */
    images: { type: 'string' },
    /** Folders of bundles. Left out: exams with the default bundle, the network of each in models/. */
    model: { type: 'string', multiple: true },
  },
});
const PARTS = ['exams', 'network', 'libraries', 'results'];
if (options.part !== undefined && !PARTS.includes(options.part))
  throw new Error(`--part is one of ${PARTS.join(', ')}`);
const measured = options.part === undefined ? PARTS : [options.part];
const rounds = Number(options.rounds);

console.log(`${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}\n`);
if (measured.includes('network')) await measureNetworks(await bundles(shipped()), rounds);
if (measured.includes('libraries')) await measureLibraries();
if (measured.includes('results'))
  for (const bundle of await bundles([defaultSettings('http://unused').model.bundle]))
    await measureResults(bundle, rounds, options.images);
if (measured.includes('exams'))
  for (const bundle of await bundles([defaultSettings('http://unused').model.bundle])) {
    console.log(`## Exams with ${bundle.name} ${bundle.version}\n`);
    await measureExams(bundle, { rounds, exams: Number(options.exams), backlog: Number(options.backlog) });
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
