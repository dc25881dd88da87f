import { OrderedThread, ThreadError } from '../../threads/index.js';
import { ModelError } from '../errors.js';
import type { Engine, Inference } from '../types.js';
import type { NetworkSetup, OpenedNetwork, RunInputs, RunOutputs } from './networkRun.js';

type NetworkThread = OrderedThread<NetworkSetup, OpenedNetwork, RunInputs, RunOutputs>;

interface CheckedEngineOptions {
  name: Engine['name'];
  /** Why it was taken; how it runs is added. */
  reason: string;
  /** Calls `serveNetwork`. */
  program: URL;
  setup: NetworkSetup;
  /** For opening the network, and for each run; default five minutes. */
  timeoutMs?: number;
}

/** Far more than the views of one exam take on the slowest machine: what lasts longer hangs. */
const TIMEOUT_MS = 300_000;

/**
 * An `Engine` whose network lives in a thread of its own, and whose every answer is checked. When the thread dies, what
 * was under way fails with `engine-crashed`, and with `engine-timed-out` when it hangs; the next run opens it again.
 */
export class CheckedEngine implements Engine {
  readonly name: Engine['name'];
  readonly #why: string;
  readonly #thread: NetworkThread;
  readonly #input: NetworkSetup['input'];

  private constructor(options: CheckedEngineOptions, thread: NetworkThread) {
    this.name = options.name;
    this.#why = options.reason;
    this.#input = options.setup.input;
    this.#thread = thread;
  }

  get device(): string {
    return this.#thread.opened?.device ?? '';
  }

  get reason(): string {
    return `${this.#why}; ${this.#thread.opened?.note ?? ''}`;
  }

  /**
   * Opens the network and runs it once, on a ramp from dark to bright, so that a network that cannot answer is
   * found at the start and not with the first exam.
   *
   * @throws ModelError what kept it from opening; `bundle-model-outputs`, `model-not-finite`
   */
  static async open(options: CheckedEngineOptions): Promise<CheckedEngine> {
    const thread: NetworkThread = new OrderedThread(options.program, {
      setup: options.setup,
      name: 'mamori-engine',
      errors: [ModelError],
      timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    });
    const engine = new CheckedEngine(options, thread);
    try {
      await thread.open().catch(inOurWords);
      await engine.infer([engine.#ramp()]);
    } catch (error) {
      await thread.close();
      throw error;
    }
    return engine;
  }

  async infer(inputs: Float32Array[]): Promise<Inference[]> {
    if (inputs.length === 0) return [];
    const { rows, columns, channels } = this.#input;
    const length = rows * columns * channels;
    const batch = new Float32Array(inputs.length * length);
    for (const [index, input] of inputs.entries()) {
      if (input.length !== length)
        throw new ModelError(
          'engine-input',
          `the network takes ${rows} x ${columns} x ${channels} values, input ${index} has ${input.length}`,
          { remedy: "Prepare images with the bundle's own steps." },
        );
      batch.set(input, index * length);
    }
    const count = inputs.length;
    const outputs = await this.#thread.ask({ inputs: batch, count }, [batch.buffer]).catch(inOurWords);
    return split(outputs, count);
  }

  close(): Promise<void> {
    return this.#thread.close();
  }

  #ramp(): Float32Array {
    const length = this.#input.rows * this.#input.columns * this.#input.channels;
    return Float32Array.from({ length }, (_, index) => index / length - 0.5);
  }
}

/** What a thread's end means for a run. */
function inOurWords(error: unknown): never {
  if (!(error instanceof ThreadError)) throw error;
  if (error.code === 'thread-stopped') throw new ModelError('engine-closed', 'the engine is closed');
  if (error.code === 'thread-timed-out')
    throw new ModelError('engine-timed-out', 'the engine hung: it gave no answer in time', {
      cause: error,
      remedy:
        'It is opened again for the next exam; if this happens often, look at the device, its driver and what else ' +
        'uses the machine.',
    });
  throw new ModelError('engine-crashed', "the engine's thread ended unexpectedly", {
    cause: error.cause,
    remedy: 'It is opened again for the next exam; if this happens often, look at memory and the device.',
  });
}

/** One inference per input, as views into the batch's arrays. */
function split(outputs: RunOutputs, count: number): Inference[] {
  const { probability, activations, gradients, featureShape } = outputs;
  const [rows, columns, channels] = featureShape;
  const size = rows * columns * channels;
  if (
    probability.length !== count ||
    activations.length !== count * size ||
    gradients.length !== count * size
  )
    throw new ModelError(
      'bundle-model-outputs',
      `for ${count} inputs the network gave ${probability.length} probabilities, ${activations.length} activations ` +
        `and ${gradients.length} gradients of ${rows} x ${columns} x ${channels}`,
      { remedy: 'Export the network again; docs/model-bundle.md says what its outputs must be.' },
    );
  return Array.from({ length: count }, (_, index): Inference => {
    const inference = {
      rawProbability: probability[index]!,
      activations: activations.subarray(index * size, (index + 1) * size),
      gradients: gradients.subarray(index * size, (index + 1) * size),
      featureShape,
    };
    checkNumbers(inference);
    return inference;
  });
}

function checkNumbers({ rawProbability, activations, gradients }: Inference): void {
  const finite = allFinite(activations) && allFinite(gradients);
  if (finite && rawProbability >= 0 && rawProbability <= 1) return;
  throw new ModelError(
    'model-not-finite',
    finite
      ? `the network answered ${rawProbability}, which is no probability`
      : 'the network answered with numbers that are not finite',
    { remedy: "The network's weights or its export are broken; train or export it again." },
  );
}

/** A plain loop: `every` takes a millisecond for the views of one exam, as much as a small network. */
function allFinite(values: Float32Array): boolean {
  let sum = 0;
  // 0 for a number; NaN for NaN and for infinities, and that stays.
  for (const value of values) sum += value - value;
  return sum === 0;
}
