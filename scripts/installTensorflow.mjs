#!/usr/bin/env node
/**
 * Installs native TensorFlow for Mamori's training and its `tensorflow` engine, on networks that reach only
 * package registries.
 *
 * `@tensorflow/tfjs-node` normally downloads libtensorflow and a ready addon from a file server. Here both
 * come another way: the library and its C headers out of the `tensorflow-cpu` (or `tensorflow`) wheel from
 * PyPI, the addon compiled on this machine against Node's own headers. The result lies in `.tensorflow/` in
 * the checkout, apart from node_modules, so that `npm ci` and `npm install` leave it alone.
 *
 * Needs: Linux on x86-64 or arm64, a C++ compiler, make, python3 with pip, about 2 GB of disk. Nothing is left
 * behind when it fails. Exit status 3: something could not be fetched; 1: anything else.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * The release that the addon compiles against: the first whose wheel carries the whole C API, as `libtensorflow_cc`.
 */
const TENSORFLOW = '2.13.1';
const TFJS_NODE = '4.22.0';
/** The newest N-API level that tfjs-node declares; every supported Node has it. */
const NAPI = '8';
/** Python tags for which PyPI has that wheel. Any will do, because no Python of the wheel is ever run. */
const PYTHON_VERSION = '3.11';

const usage = `usage: node scripts/installTensorflow.mjs [--gpu] [--wheel FILE] [--nodedir DIR] [--to DIR]

  --gpu          tfjs-node-gpu with the CUDA build of TensorFlow (needs CUDA 11.8 and cuDNN 8.6 at run time)
  --wheel FILE   a wheel that was fetched elsewhere, instead of asking PyPI
  --nodedir DIR  where include/node/node_api.h lies (found beside this node where possible)
  --to DIR       where to install (default: .tensorflow in the checkout)`;

const { values: options } = parseArgs({
  options: {
    gpu: { type: 'boolean', default: false },
    wheel: { type: 'string' },
    nodedir: { type: 'string' },
    to: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  console.log(usage);
  process.exit(0);
}

const checkout = dirname(dirname(fileURLToPath(import.meta.url)));
const target = resolve(options.to ?? join(checkout, '.tensorflow'));
const packageName = options.gpu ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node';
/** Exit status; scripts/testParts.mjs tells it from a fault. */
const NOT_FETCHED = 3;

if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch))
  fail(`it works on Linux on x86-64 or arm64; this is ${process.platform} on ${process.arch}`);
if (
  existsSync(target) &&
  readdirSync(target).length > 0 &&
  !existsSync(join(target, 'node_modules/@tensorflow'))
)
  fail(`${target} holds other things; name a folder that does not exist yet`);
for (const tool of ['make', 'g++']) check(tool);
const python = findPython();

// Made beside the target and moved there when it works: half an installation would be found and not load.
const draft = `${target}.draft`;
const addon = join(draft, 'node_modules', packageName);
rmSync(draft, { recursive: true, force: true });
mkdirSync(draft, { recursive: true });
process.on('exit', () => rmSync(draft, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

step(`fetching TensorFlow ${TENSORFLOW}`);
const wheel = options.wheel === undefined ? fetchWheel() : resolve(options.wheel);

step(`installing ${packageName} ${TFJS_NODE} without its download`);
writeFileSync(join(draft, 'package.json'), '{ "private": true }\n');
const quiet = ['--ignore-scripts', '--no-audit', '--no-fund'];
run('npm', ['install', ...quiet, `${packageName}@${TFJS_NODE}`], draft, NOT_FETCHED);

step('unpacking the library and its headers');
unpackLibrary(wheel);

step('compiling the addon');
compileAddon();

step('trying it');
tryIt();
rmSync(join(draft, 'wheel'), { recursive: true, force: true });
rmSync(target, { recursive: true, force: true });
renameSync(draft, target);
const found = options.to === undefined ? 'there by itself' : 'where MAMORI_TENSORFLOW names that folder';
console.log(`Installed in ${target}. Mamori finds it ${found}.`);

function step(what) {
  console.log(`- ${what}`);
}

function fail(message, status = 1) {
  console.error(`installTensorflow: ${message}`);
  process.exit(status);
}

function attempt(command, args, cwd) {
  return spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '1' },
  });
}

function run(command, args, cwd, failure = 1) {
  const { status, error, stdout, stderr } = attempt(command, args, cwd);
  if (error !== undefined) fail(`${command} could not be started: ${error.message}`);
  if (status !== 0) fail(`${command} ${args[0]} failed:\n${`${stdout}${stderr}`.slice(-4000)}`, failure);
  return stdout;
}

function check(tool) {
  if (attempt(tool, ['--version'], checkout).status !== 0)
    fail(`${tool} is missing; on Debian: apt-get install make g++ python3 python3-pip`);
}

/** The first python3 that has pip, or, with a wheel at hand, any. */
function findPython() {
  const needed = options.wheel === undefined ? ['-m', 'pip', '--version'] : ['--version'];
  const found = ['python3', '/usr/bin/python3'].find(
    (candidate) => attempt(candidate, needed, checkout).status === 0,
  );
  return found ?? fail('python3 with pip is missing; on Debian: apt-get install python3 python3-pip');
}

function fetchWheel() {
  const name = options.gpu
    ? 'tensorflow'
    : process.arch === 'arm64'
      ? 'tensorflow-cpu-aws'
      : 'tensorflow-cpu';
  const folder = join(draft, 'wheel');
  // --python-version lets any Python fetch the wheel, whatever its own version.
  const asked = ['--no-deps', '--only-binary=:all:', '--python-version', PYTHON_VERSION, '--dest', folder];
  const patience = ['--retries', '2', '--timeout', '20', '--no-cache-dir'];
  run(python, ['-m', 'pip', 'download', ...patience, ...asked, `${name}==${TENSORFLOW}`], draft, NOT_FETCHED);
  const found = readdirSync(folder).find((file) => file.endsWith('.whl'));
  return found === undefined ? fail('pip fetched no wheel') : join(folder, found);
}

/** deps/include and deps/lib, where tfjs-node's binding.gyp looks for them. */
function unpackLibrary(wheel) {
  const unpack = `
import os, sys, zipfile
wheel, deps = sys.argv[1:]
libraries = ('tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2')
found = 0
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if name in libraries:
            target = os.path.join(deps, 'lib', os.path.basename(name)); found += 1
        elif name.endswith('.h') and name.startswith(('tensorflow/include/tensorflow/', 'tensorflow/include/tsl/')):
            target = os.path.join(deps, name[len('tensorflow/'):])
        else:
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with archive.open(name) as source, open(target, 'wb') as sink:
            while chunk := source.read(1 << 22):
                sink.write(chunk)
sys.exit(0 if found == len(libraries) else 'the wheel holds no libtensorflow_cc.so.2')
`;
  const deps = join(addon, 'deps');
  rmSync(deps, { recursive: true, force: true });
  run(python, ['-c', unpack, wheel, deps], draft);
  // The linker is told -ltensorflow; the name that is loaded at run time is the one inside the library.
  symlinkSync('libtensorflow_cc.so.2', join(deps, 'lib', 'libtensorflow.so'));
  symlinkSync('libtensorflow_framework.so.2', join(deps, 'lib', 'libtensorflow_framework.so'));
}

function compileAddon() {
  const nodeGyp = findNodeGyp();
  const nodeDirectory = options.nodedir ?? findNodeHeaders();
  const where = nodeDirectory === undefined ? [] : [`--nodedir=${nodeDirectory}`];
  const output = join(addon, 'lib', `napi-v${NAPI}`);
  const defines = ['-Dmodule_name=tfjs_binding', `-Dmodule_path=${output}`, `-Dnapi_build_version=${NAPI}`];
  // Without headers at hand it has to fetch them.
  const failure = nodeDirectory === undefined ? NOT_FETCHED : 1;
  run(process.execPath, [nodeGyp, 'rebuild', ...where, '--', ...defines], addon, failure);
}

/** node-gyp travels inside npm. */
function findNodeGyp() {
  const global = run('npm', ['root', '-g'], draft).trim();
  for (const from of [join(global, 'npm', 'package.json'), join(checkout, 'package.json')]) {
    try {
      return createRequire(from).resolve('node-gyp/bin/node-gyp.js');
    } catch {
      // Not here; the next place.
    }
  }
  return fail('node-gyp was found neither in npm nor in the checkout; npm install node-gyp');
}

/** Headers that came with this node; without them node-gyp downloads some, which a closed network refuses. */
function findNodeHeaders() {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? prefix : undefined;
}

function tryIt() {
  const program = `
const util = require('node:util');
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;
const tf = require(${JSON.stringify(packageName)});
const sum = tf.sum(tf.ones([3, 3])).dataSync()[0];
const backend = tf.getBackend();
if (backend !== 'tensorflow' || sum !== 9) throw new Error('unexpected answer ' + backend + ' ' + sum);`;
  run(process.execPath, ['-e', program], draft);
}
