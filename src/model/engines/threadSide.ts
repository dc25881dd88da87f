import { parentPort, workerData } from 'node:worker_threads';
import { MamoriError } from '../../errors.js';
import type { RunOutputs, ThreadAnswer, ThreadFailure, ThreadRequest, ThreadSetup } from './messages.js';

/** A network opened inside its thread. */
export interface OpenNetwork {
  /** What it really runs on: `cpu`, `cuda`, `webgpu`. */
  device: string;
  /** How it runs, in a few words for the administrator. */
  note: string;
  run(inputs: Float32Array, count: number): Promise<RunOutputs>;
  close(): Promise<void>;
}

/** The loop of an engine's thread: opens the network, then answers one request after another. */
export async function serveNetwork(open: (setup: ThreadSetup) => Promise<OpenNetwork>): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('an engine runs in a worker thread only');
  const answer = (message: ThreadAnswer, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

  let network: OpenNetwork;
  try {
    network = await open(workerData as ThreadSetup);
  } catch (error) {
    answer({ kind: 'not-ready', failure: describe(error) });
    port.close();
    return;
  }

  let last: Promise<void> = Promise.resolve();
  port.on('message', (request: ThreadRequest) => {
    last = last.then(async () => {
      if (request.kind === 'close') {
        await network.close();
        port.close();
        return;
      }
      try {
        const outputs = await network.run(request.inputs, request.count);
        const { probability, activations, gradients } = outputs;
        // A set, because an engine may hand out several views of one buffer.
        const buffers = new Set(
          [probability, activations, gradients].map((array) => array.buffer as ArrayBuffer),
        );
        answer({ kind: 'outputs', id: request.id, outputs }, [...buffers]);
      } catch (error) {
        answer({ kind: 'failed', id: request.id, failure: describe(error) });
      }
    });
  });
  answer({ kind: 'ready', device: network.device, note: network.note });
}

function describe(error: unknown): ThreadFailure {
  if (error instanceof MamoriError) return { code: error.code, message: error.message, remedy: error.remedy };
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'engine-failed', message, remedy: undefined };
}
