import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { scratchFolder, smallBundle } from './bundles.js';

const LIBRARY = new URL('../../src/model/engines/onnxruntimeLibrary.js', import.meta.url).href;
const MODEL = new URL('../../src/model/index.js', import.meta.url).href;

/** What ONNX Runtime leaves in its folders when the program runs with nothing of the environment set against it. */
async function leftBehind(program: string): Promise<string[]> {
  const home = await scratchFolder();
  const env = { PATH: process.env.PATH, TMPDIR: home, HOME: home, XDG_CACHE_HOME: home };
  const file = join(await scratchFolder(), 'program.mjs');
  writeFileSync(file, program);
  await promisify(execFile)(process.execPath, [file], { env });
  return readdirSync(home);
}

describe('ONNX Runtime keeps to itself', function () {
  this.timeout(60_000);

  it('where it runs in a thread, as the service has it', async () => {
    const { directory } = await smallBundle();
    const program = `
      import { loadBundle, openEngine } from ${JSON.stringify(MODEL)};
      const bundle = await loadBundle(${JSON.stringify(directory)}, { leaking: true });
      const engine = await openEngine(bundle, { engine: 'onnxruntime', device: 'cpu' });
      await engine.close();`;
    expect(await leftBehind(program)).to.deep.equal([]);
  });

  it('where it runs in the main thread', async () => {
    const { directory } = await smallBundle();
    const program = `
      import { loadOnnxRuntime } from ${JSON.stringify(LIBRARY)};
      const { InferenceSession } = await loadOnnxRuntime();
      const session = await InferenceSession.create(${JSON.stringify(join(directory, 'model.onnx'))});
      await session.release();`;
    expect(await leftBehind(program)).to.deep.equal([]);
  });

  it('and is not loaded in a thread that was started without a word to it', async () => {
    const program = `
      import { Worker } from 'node:worker_threads';
      const work = 'import(${JSON.stringify(LIBRARY)}).then(({ loadOnnxRuntime }) => loadOnnxRuntime())';
      const failed = await new Promise((resolve) => new Worker(work, { eval: true }).on('error', resolve));
      if (!failed.message.includes('keepToItself')) throw failed;`;
    expect(await leftBehind(program)).to.deep.equal([]);
  });

  it('everywhere: one file alone loads it', () => {
    const loaders = ['src', 'bench'].flatMap((root) =>
      readdirSync(root, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => join(root, name))
        .filter((file) =>
          /^(?!import type).*(import\(|from |require\()'onnxruntime-node'/m.test(readFileSync(file, 'utf8')),
        ),
    );
    expect(loaders).to.deep.equal([join('src', 'model', 'engines', 'onnxruntimeLibrary.ts')]);
  });
});
