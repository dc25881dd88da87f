import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { scratchFolder } from '../scratch.js';

const READY = fileURLToPath(new URL('../../../scripts/ready.mjs', import.meta.url));
/** In place of the compiler: a source that is there becomes a program. */
const COMPILE = `import { cpSync, readdirSync } from 'node:fs';
for (const name of readdirSync('src')) cpSync('src/' + name, 'dist/src/' + name.replace(/ts$/, 'js'));`;

describe('What `npm run mamori` does first', () => {
  let folder: string;

  const write = (name: string, what: object | string) =>
    writeFileSync(join(folder, name), typeof what === 'string' ? what : JSON.stringify(what));
  const npm = (...args: string[]) => {
    const ended = spawnSync('npm', args, { cwd: folder, encoding: 'utf8' });
    expect(ended.status, ended.stderr).to.equal(0);
  };
  const said = () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/ready.mjs'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(status, stderr).to.equal(0);
    return stderr.split('\n').filter((line) => line.endsWith('…'));
  };
  const wants = (version: string) => {
    write('part/package.json', { name: 'part', version });
    write('package-lock.json', {
      lockfileVersion: 3,
      packages: {
        '': { dependencies: { part: 'file:part' } },
        'node_modules/elsewhere': { version: '1.0.0', optional: true, os: ['none'] },
        'node_modules/part': { resolved: 'part', link: true },
        part: { version },
      },
    });
  };

  before(function () {
    if (spawnSync('npm', ['--version']).status !== 0) this.skip();
  });

  beforeEach(() => {
    folder = scratchFolder('ready');
    for (const name of ['scripts', 'src', 'test', 'bench', 'proof', 'part']) mkdirSync(join(folder, name));
    cpSync(READY, join(folder, 'scripts', 'ready.mjs'));
    write('scripts/compile.mjs', COMPILE);
    const build = 'node scripts/compile.mjs && node scripts/ready.mjs --built';
    write('package.json', {
      scripts: { build },
      dependencies: { part: 'file:part' },
      optionalDependencies: {},
    });
    write('src/a.ts', '');
    write('src/b.ts', '');
    wants('1.0.0');
  });

  it('is to install and compile, once', () => {
    expect(said()).to.deep.equal(['Installing the dependencies …', 'Compiling …']);
    expect(said()).to.deep.equal([]);
    write('src/c.ts', '');
    expect(said()).to.deep.equal(['Compiling …']);
  });

  it('is nothing where `npm ci` and `npm run build` did it', () => {
    npm('ci', '--no-audit', '--no-fund');
    npm('run', 'build');
    expect(said()).to.deep.equal([]);
    // Native TensorFlow may come so.
    mkdirSync(join(folder, 'more'));
    write('more/package.json', { name: 'more', version: '1.0.0' });
    npm('install', '--no-save', '--no-audit', '--no-fund', './more');
    expect(said()).to.deep.equal([]);
    expect(existsSync(join(folder, 'node_modules', 'more'))).to.equal(true);
    rmSync(join(folder, 'src', 'b.ts'));
    npm('run', 'build');
    expect(existsSync(join(folder, 'dist', 'src', 'b.js'))).to.equal(false);
    expect(existsSync(join(folder, 'dist', 'src', 'a.js'))).to.equal(true);
    expect(said()).to.deep.equal([]);
  });
});
