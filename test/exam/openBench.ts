import { openThreads, type Workbench } from '../../src/exam/index.js';
import { type Bundle, type Engine, openEngine } from '../../src/model/index.js';

export type OpenBench = Workbench & { close(): Promise<void> };

/** Model, threads and settings as the service opens them, with both kinds of report. */
export async function openBench(bundle: Bundle): Promise<OpenBench> {
  const engine = await openEngine(bundle, { engine: 'onnxruntime', device: 'cpu' });
  const threads = openThreads(2);
  return {
    bundle,
    known: undefined,
    engine,
    preparation: threads.preparation,
    overlays: threads.overlays,
    settings: {
      reports: ['tid1500', 'mammography-cad'],
      notProcessed: true,
      secondaryCapture: { longEdge: 512 },
      presentationState: 'off',
      overview: 'off',
      explain: { method: 'grad-cam' },
    },
    softwareVersion: '0.0.0',
    concurrency: 3,
    close: async () => {
      await Promise.all([engine.close(), threads.close()]);
    },
  };
}

/** An untrained network looks nowhere in particular; this one at one place of each input, 0 to 1 across and down. */
export function lookingAt(engine: Engine, x: number, y: number): Engine {
  return {
    ...engine,
    infer: async (inputs) =>
      (await engine.infer(inputs)).map((inference) => {
        const [rows, columns, channels] = inference.featureShape;
        const cell = Math.floor(y * rows) * columns + Math.floor(x * columns);
        const activations = new Float32Array(rows * columns * channels);
        activations.fill(1, cell * channels, (cell + 1) * channels);
        return { ...inference, activations, gradients: new Float32Array(activations.length).fill(1) };
      }),
  };
}
