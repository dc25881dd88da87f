import { loadBundle } from './bundle.js';
import { openEngine } from './engines/index.js';
import type { EngineChoice } from './engineTable.js';
import type { Bundle } from './types.js';

/** What a bundle is, and how it runs on this machine. */
export interface Inspection {
  bundle: Bundle;
  engine: {
    name: string;
    device: string;
    reason: string;
    featureShape: [rows: number, columns: number, channels: number];
    /** Fastest of five runs of one exam's four views, inputs ready, outputs back in the caller's thread. */
    fourViewsMilliseconds: number;
  };
}

const VIEWS = 4;
const RUNS = 5;

/**
 * Loads a bundle, checks every file and runs its network.
 *
 * @throws ModelError what is wrong with it, or with the engine
 */
export async function inspectModel(folder: string, choice: EngineChoice): Promise<Inspection> {
  const bundle = await loadBundle(folder, { leaking: true });
  const engine = await openEngine(bundle, choice);
  try {
    const { rows, columns, channels } = bundle.input;
    const views = Array.from({ length: VIEWS }, () => new Float32Array(rows * columns * channels));
    let fourViewsMilliseconds = Number.POSITIVE_INFINITY;
    let featureShape: [number, number, number] = [0, 0, 0];
    for (let run = 0; run < RUNS; run++) {
      const started = performance.now();
      const [first] = await engine.infer(views);
      fourViewsMilliseconds = Math.min(fourViewsMilliseconds, performance.now() - started);
      featureShape = first!.featureShape;
    }
    const { name, device, reason } = engine;
    return { bundle, engine: { name, device, reason, featureShape, fourViewsMilliseconds } };
  } finally {
    await engine.close();
  }
}
