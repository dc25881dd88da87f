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

/** An untrained network looks nowhere in particular; this one points at what excites it. */
export function attentive(engine: Engine): Engine {
  return {
    ...engine,
    infer: async (inputs) =>
      (await engine.infer(inputs)).map((inference) => ({
        ...inference,
        gradients: inference.activations.map((activation) => Math.sign(activation)),
      })),
  };
}
