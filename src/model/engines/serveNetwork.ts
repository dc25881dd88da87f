import { MamoriError } from '../../errors.js';
import { serveInOrder } from '../../threads/index.js';
import { ModelError } from '../errors.js';
import type { NetworkSetup, OpenedNetwork, RunInputs, RunOutputs } from './networkRun.js';

/** A network opened inside its thread. */
export interface OpenNetwork extends OpenedNetwork {
  run(inputs: Float32Array, count: number): Promise<RunOutputs>;
  close(): Promise<void>;
}

/** What an engine's program does: opens the network, then answers one run after another. */
export function serveNetwork(open: (setup: NetworkSetup) => Promise<OpenNetwork>): Promise<void> {
  return serveInOrder<NetworkSetup, OpenedNetwork, RunInputs, RunOutputs>(async (setup) => {
    const network = await named(() => open(setup));
    const { device, note } = network;
    return {
      opened: { device, note },
      answer: ({ inputs, count }) => named(() => network.run(inputs, count)),
      transferred,
      close: () => network.close(),
    };
  });
}

/** What a library throws is the engine's failure. */
async function named<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof MamoriError) throw cause;
    throw new ModelError('engine-failed', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** A set, because an engine may hand out several views of one buffer. */
function transferred({ probability, activations, gradients }: RunOutputs): ArrayBuffer[] {
  return [...new Set([probability, activations, gradients].map((array) => array.buffer as ArrayBuffer))];
}
