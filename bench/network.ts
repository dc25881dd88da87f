import { setTimeout as pause } from 'node:timers/promises';
import { gradCam } from '../src/gradcam/index.js';
import { type Bundle, type EngineName, openEngine } from '../src/model/index.js';
import { bareOnnx, bareTensorflow, imagesFor, type TimedNetwork } from './networkAlone.js';
import { median, quantile } from './statistics.js';

/** One exam. */
const VIEWS = 4;
const WARM_UP = 10;
/** Runs of one kind in a row, before the next kind has its turn. */
const RUNS = 20;
/** Between two kinds: an engine's threads go on spinning for a while after their work. */
const PAUSE_MS = 200;

const ENGINES = [
  { name: 'onnxruntime', bare: bareOnnx },
  { name: 'tensorflow', bare: bareTensorflow },
] as const;

/**
 * Four views together through each bundle's network, on the CPU: the answer alone; with gradients and Grad-CAM; and
 * the same through the service's engine, from its thread.
 *
 * @param rounds turns that each kind gets
 */
export async function measureNetworks(bundles: Bundle[], rounds: number): Promise<void> {
  console.log('## Four views through the network\n');
  console.log('| bundle | engine | the network alone | with Grad-CAM | | with Grad-CAM, in the service |');
  console.log('|---|---|---|---|---|---|');
  for (const bundle of bundles)
    for (const { name, bare } of ENGINES) {
      const answer = await bare(bundle, VIEWS, 'answer');
      const explanation = await bare(bundle, VIEWS, 'explanation');
      if (answer === undefined || explanation === undefined) {
        console.log(`| ${bundle.name} | ${name} | not installed | | | |`);
        continue;
      }
      const kinds = [answer, explanation, await inService(bundle, name)];
      const [alone, explained, service] = (await takingTurns(kinds, rounds)) as [
        number[],
        number[],
        number[],
      ];
      const ratio = `${(median(explained) / median(alone)).toFixed(2)} ×`;
      console.log(
        `| ${bundle.name} | ${name} | ${told(alone)} | ${told(explained)} | ${ratio} | ${told(service)} |`,
      );
    }
  console.log('\nMilliseconds: median (a tenth was faster, a tenth slower than these).\n');
}

async function inService(bundle: Bundle, name: EngineName): Promise<TimedNetwork> {
  const engine = await openEngine(bundle, { engine: name, device: 'cpu' });
  const images = imagesFor(bundle, VIEWS);
  const size = images.length / VIEWS;
  const views = Array.from({ length: VIEWS }, (_, view) => images.subarray(view * size, (view + 1) * size));
  return {
    async run() {
      const start = performance.now();
      for (const inference of await engine.infer(views)) gradCam(inference);
      return performance.now() - start;
    },
    close: () => engine.close(),
  };
}

/** So that what else the machine does falls on each kind alike. */
async function takingTurns(kinds: TimedNetwork[], rounds: number): Promise<number[][]> {
  const times = kinds.map((): number[] => []);
  for (const kind of kinds) for (let run = 0; run < WARM_UP; run++) await kind.run();
  for (let round = 0; round < rounds; round++)
    for (const [index, kind] of kinds.entries()) {
      await pause(PAUSE_MS);
      await kind.run();
      for (let run = 0; run < RUNS; run++) times[index]!.push(await kind.run());
    }
  for (const kind of kinds) await kind.close();
  return times;
}

function told(times: number[]): string {
  const [low, high] = [quantile(times, 0.1), quantile(times, 0.9)];
  return `${median(times).toFixed(1)} (${low.toFixed(1)} to ${high.toFixed(1)})`;
}
