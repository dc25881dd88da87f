import type { Tensor4D } from '@tensorflow/tfjs-core';
import { ModelError } from '../errors.js';
import { readLayersModel } from '../networks/layers-file.js';
import { cutAt, networkOutputs } from '../networks/outputs.js';
import { INSTALL_TENSORFLOW, nativeTensorflow, type TensorFlowRuntime } from '../tensorflow-runtime.js';
import type { RunOutputs, ThreadSetup } from './messages.js';
import { type OpenNetwork, serveNetwork } from './thread-side.js';

await serveNetwork(openNetwork);

async function openNetwork(setup: ThreadSetup): Promise<OpenNetwork> {
  const runtime = loadRuntime(setup);
  const { tf } = runtime;
  const model = await readLayersModel(tf, setup.modelFile);
  const { rows, columns, channels } = setup.input;
  const shape = model.inputs[0]?.shape.slice(1) ?? [];
  if (model.inputs.length !== 1 || shape.join() !== [rows, columns, channels].join())
    throw new ModelError(
      'bundle-model-input',
      `model.json takes ${shape.join(' x ')}; bundle.json says ${rows} x ${columns} x ${channels}`,
      { remedy: 'Make input in bundle.json and the network agree; channels come last.' },
    );
  const cut = cutAt(tf, model, setup.targetLayer);

  const run = async (inputs: Float32Array, count: number): Promise<RunOutputs> => {
    const { probability, activations, gradients } = tf.tidy(() => {
      const batch: Tensor4D = tf.tensor4d(inputs, [count, rows, columns, channels]);
      return { ...networkOutputs(tf, cut, batch) };
    });
    const [, featureRows, featureColumns, featureChannels] = activations.shape;
    const outputs: RunOutputs = {
      probability: Float32Array.from(await probability.data()),
      activations: Float32Array.from(await activations.data()),
      gradients: Float32Array.from(await gradients.data()),
      featureShape: [featureRows, featureColumns, featureChannels],
    };
    tf.dispose([probability, activations, gradients]);
    return outputs;
  };
  return {
    note: `${runtime.description}, all views in one run`,
    run,
    close: async () => void model.dispose(),
  };
}

function loadRuntime(setup: ThreadSetup): TensorFlowRuntime {
  let runtime: TensorFlowRuntime | undefined;
  try {
    runtime = nativeTensorflow();
  } catch (cause) {
    throw new ModelError('engine-unavailable', `tensorflow cannot be loaded: ${(cause as Error).message}`, {
      cause,
      remedy: INSTALL_TENSORFLOW,
    });
  }
  if (runtime === undefined)
    throw new ModelError(
      'engine-unavailable',
      'neither @tensorflow/tfjs-node-gpu nor @tensorflow/tfjs-node is installed',
      {
        remedy: INSTALL_TENSORFLOW,
      },
    );
  if (setup.device === 'cuda' && !runtime.gpu)
    throw new ModelError('engine-unavailable', `${runtime.description} does not run on cuda`, {
      remedy: 'Run `node scripts/install-tensorflow.mjs --gpu`, or set model.device to cpu or auto.',
    });
  return runtime;
}
