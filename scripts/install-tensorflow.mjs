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
 * Needs: Linux on x86-64 or arm64, a C++ compiler, make, python3 with pip, about 2 GB of disk.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** The release that the addon compiles against: the first whose wheel carries the whole C API, as `libtensorflow_cc`. */
const TENSORFLOW = '2.13.1';
const TFJS_NODE = '4.22.0';
/** The newest N-API level that tfjs-node declares; every supported Node has it. */
const NAPI = '8';
/** Python tags for which PyPI has that wheel. Any will do, because no Python of the wheel is ever run. */
const PYTHON_VERSION = '3.11';

const usage = `usage: node scripts/install-tensorflow.mjs [--gpu] [--wheel FILE] [--nodedir DIR] [--to DIR]

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
const addon = join(target, 'node_modules', packageName);

mkdirSync(target, { recursive: true });
const scratch = mkdtempSync(join(target, 'install-'));
try {
  step(`fetching TensorFlow ${TENSORFLOW}`);
  const wheel = options.wheel === undefined ? fetchWheel() : resolve(options.wheel);

  step(`installing ${packageName} ${TFJS_NODE} without its download`);
  writeFileSync(join(target, 'package.json'), '{ "private": true }\n');
  run(
    'npm',
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', `${packageName}@${TFJS_NODE}`],
    target,
  );

  step('unpacking the library and its headers');
  unpackLibrary(wheel);

  step('compiling the addon');
  compileAddon();

  step('trying it');
  tryIt();
  console.log(`Installed in ${target}. Mamori finds it there by itself.`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function step(what) {
  console.log(`- ${what}`);
}

function fail(message) {
  rmSync(scratch, { recursive: true, force: true });
  console.error(`install-tensorflow: ${message}`);
  process.exit(1);
}

function run(command, args, cwd, environment = {}) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, ...environment },
  });
  if (error !== undefined) fail(`${command} could not be started: ${error.message}`);
  if (status !== 0) fail(`${command} ${args[0]} failed:\n${`${stdout}${stderr}`.slice(-4000)}`);
  return stdout;
}

function fetchWheel() {
  const name = options.gpu
    ? 'tensorflow'
    : process.arch === 'arm64'
      ? 'tensorflow-cpu-aws'
      : 'tensorflow-cpu';
  // --python-version lets any Python fetch the wheel, whatever its own version.
  const asked = ['--no-deps', '--only-binary=:all:', '--python-version', PYTHON_VERSION, '--dest', scratch];
  run('python3', ['-m', 'pip', 'download', ...asked, `${name}==${TENSORFLOW}`], target);
  const found = readdirSync(scratch).find((file) => file.endsWith('.whl'));
  return found === undefined ? fail('pip fetched no wheel') : join(scratch, found);
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
  run('python3', ['-c', unpack, wheel, deps], target);
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
  run(process.execPath, [nodeGyp, 'rebuild', ...where, '--', ...defines], addon);
}

/** node-gyp travels inside npm. */
function findNodeGyp() {
  const global = run('npm', ['root', '-g'], target).trim();
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
if (tf.getBackend() !== 'tensorflow' || sum !== 9) throw new Error('unexpected answer ' + tf.getBackend() + ' ' + sum);`;
  run(process.execPath, ['-e', program], target, { TF_CPP_MIN_LOG_LEVEL: '1' });
}
