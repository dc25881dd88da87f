import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { makeExam } from '../../src/phantom/index.js';
import { smallBundle } from '../model/bundles.js';
import { scratchFolder } from '../scratch.js';

const url = (file: string) => pathToFileURL(join(process.cwd(), 'dist/src', file)).href;

/** Writes down what a process loads, as the module loader is asked for it. */
function listener(list: string): string {
  const hooks = `
    import { appendFileSync } from 'node:fs';
    export function load(url, context, next) {
      appendFileSync(${JSON.stringify(list)}, url + '\\n');
      return next(url, context);
    }`;
  return `
    import { register } from 'node:module';
    register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hooks)}`)});`;
}

describe('answering in the service', () => {
  it('loads no training code and no sharp, in its own thread and that of the engine', async function () {
    this.timeout(120_000);
    const folder = scratchFolder('loaded');
    const [list, hook, settings, images] = ['loaded.txt', 'hook.mjs', 'mamori.yaml', 'images'].map((name) =>
      join(folder, name),
    ) as [string, string, string, string];
    writeFileSync(hook, listener(list));
    const { directory } = await smallBundle();
    writeFileSync(
      settings,
      `pacs: { url: "http://127.0.0.1:9/" }\nmodel: { bundle: ${JSON.stringify(directory)}, device: cpu }\n`,
    );
    mkdirSync(images);
    const exam = makeExam({ seed: 'loaded', rows: 320, columns: 256 }).map(({ bytes, ...names }, index) => {
      const file = join(images, `${index}.dcm`);
      writeFileSync(file, bytes);
      return { ...names, file };
    });
    const script = `
      import { readFile } from 'node:fs/promises';
      import { loadSettings } from ${JSON.stringify(url('config/index.js'))};
      import { openWorkbench } from ${JSON.stringify(url('service/index.js'))};
      import { processExam } from ${JSON.stringify(url('exam/index.js'))};
      const { bench, close } = await openWorkbench(loadSettings(${JSON.stringify(settings)}));
      const instances = ${JSON.stringify(exam)}.map((one) => ({
        ...one,
        fetch: async () => Uint8Array.from(await readFile(one.file)),
      }));
      const { status } = await processExam(instances, bench, { createdAt: new Date(0), predecessors: [] });
      process.stdout.write(status);
      await close();`;
    const program = join(folder, 'program.mjs');
    writeFileSync(program, script);
    const status = execFileSync(process.execPath, ['--import', pathToFileURL(hook).href, program], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    expect(status).to.equal('analysed');

    const loaded = readFileSync(list, 'utf8').split('\n');
    const of = (pattern: RegExp) => loaded.filter((one) => pattern.test(one));
    // The engine's thread is heard as well; what the pool's threads load is not told to the loader's hooks.
    expect(of(/engines\/onnxruntimeProgram\.js$/)).not.to.deep.equal([]);
    expect(of(/node_modules\/(sharp|@img|@tensorflow)\//)).to.deep.equal([]);
    expect(of(/dist\/src\/(training|dataset|evaluation|phantom)\//)).to.deep.equal([]);
  });
});
