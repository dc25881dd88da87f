// `npm run package`: everything in one file, for machines that reach no registry. What lies in out/ afterwards is what
// `npm pack` gives, with the libraries as they are installed here beside it: it is for this machine's system and
// processor. `npm install --offline FILE` installs it, and so does unpacking it.
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const target = join(root, 'out');
const stage = join(target, 'package');
const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));
const writeJson = (file, value) => writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
const npm = (args, cwd) =>
  execFileSync('npm', args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 1 << 26,
  });

rmSync(stage, { recursive: true, force: true });
mkdirSync(stage, { recursive: true });
const description = readJson(join(root, 'package.json'));
for (const name of [...description.files, 'LICENSE', 'README.md'])
  cpSync(join(root, name), join(stage, name), { recursive: true });

// What runs, and nothing that only builds and tests.
for (const path of npm(['ls', '--omit=dev', '--all', '--parseable'], root).trim().split('\n')) {
  if (path === '' || path === root) continue;
  cpSync(path, join(stage, relative(root, path)), {
    recursive: true,
    // Those within it are listed by themselves.
    filter: (source) => !relative(path, source).split(sep).includes('node_modules'),
  });
}
keepOwnPlatform();
dropInstallScripts(join(stage, 'node_modules'));

const { devDependencies, scripts, private: _, ...kept } = description;
writeJson(join(stage, 'package.json'), { ...kept, bundleDependencies: Object.keys(kept.dependencies) });
const made = npm(['pack', '--ignore-scripts', '--pack-destination', target], stage).trim().split('\n').at(-1);
const file = join(target, `${basename(made, '.tgz')}-${process.platform}-${process.arch}.tgz`);
renameSync(join(target, made), file);
rmSync(stage, { recursive: true, force: true });
console.log(relative(root, file));

/** ONNX Runtime comes with its libraries for every system: five times what one needs. */
function keepOwnPlatform() {
  const binaries = join(stage, 'node_modules/onnxruntime-node/bin');
  if (!existsSync(binaries)) return;
  for (const version of readdirSync(binaries)) {
    for (const platform of readdirSync(join(binaries, version))) {
      const folder = join(binaries, version, platform);
      if (platform !== process.platform) rmSync(folder, { recursive: true });
      else
        for (const processor of readdirSync(folder))
          if (processor !== process.arch) rmSync(join(folder, processor), { recursive: true });
    }
  }
}

/** They fetch what is not needed (CUDA, advertisements), from where a closed network does not lead. */
function dropInstallScripts(modules) {
  for (const entry of readdirSync(modules, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const folder = join(modules, entry.name);
    if (entry.name.startsWith('@')) dropInstallScripts(folder);
    const file = join(folder, 'package.json');
    if (existsSync(file)) {
      const { scripts: all, ...rest } = readJson(file);
      if (all?.preinstall ?? all?.install ?? all?.postinstall) writeJson(file, rest);
    }
    if (existsSync(join(folder, 'node_modules'))) dropInstallScripts(join(folder, 'node_modules'));
  }
}
