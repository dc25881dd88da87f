import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { makeExam } from '../../src/phantom/index.js';
import { loadedWith } from '../importGraph.js';
import { smallBundle } from '../model/bundles.js';
import { scratchFolder } from '../scratch.js';

const url = (file: string) => pathToFileURL(join(process.cwd(), 'dist/src', file)).href;

/** The scripts that each thread of a process has loaded: V8 writes them down when a thread ends. */
function loadedByThread(folder: string): string[][] {
  return readdirSync(folder).map((file) => {
    const { result } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { result: { url: string }[] };
    return result.map((script) => script.url);
  });
}

describe('a command that has no status page and sends no mail', () => {
  it('does not wait until what these take is loaded', () => {
    const { files, packages } = loadedWith(join(process.cwd(), 'dist/src/service/index.js'));
    expect(files.size).to.be.greaterThan(100);
    expect([...packages]).to.include('undici');
    for (const name of ['express', 'express-session', 'prom-client', 'zod-openapi', 'nodemailer', 'sharp'])
      expect([...packages]).to.not.include(name);
  });
});

describe('answering in the service', () => {
  it('loads no training code and no sharp, in any of its threads', async function () {
    this.timeout(120_000);
    const folder = scratchFolder('loaded');
    const [loaded, settings, images] = ['loaded', 'mamori.yaml', 'images'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
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
    const status = execFileSync(process.execPath, [program], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_V8_COVERAGE: loaded },
    });
    expect(status).to.equal('analysed');

    const threads = loadedByThread(loaded);
    const thoseWith = (pattern: RegExp) =>
      threads.filter((scripts) => scripts.some((script) => pattern.test(script)));
    expect(thoseWith(/exam\/processExam\.js$/), 'the main thread').to.have.length(1);
    expect(thoseWith(/engines\/onnxruntimeProgram\.js$/), "the engine's thread").to.have.length(1);
    expect(thoseWith(/exam\/examTasks\.js$/), "the pool's threads").not.to.deep.equal([]);
    expect(thoseWith(/pictures\/overlay\.js$/), 'a thread that draws').not.to.deep.equal([]);
    const of = (pattern: RegExp) => threads.flat().filter((script) => pattern.test(script));
    expect(of(/node_modules\/(sharp|@img|@tensorflow)\//)).to.deep.equal([]);
    expect(of(/dist\/src\/(training|dataset|evaluation|phantom)\//)).to.deep.equal([]);
  });
});
