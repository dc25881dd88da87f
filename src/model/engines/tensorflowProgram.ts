import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { ModelError } from '../errors.js';
import { readLayersModel } from '../layersFile.js';
import { cutAt, networkOutputs } from '../networkOutputs.js';
import {
  INSTALL_TENSORFLOW,
  nativeTensorflow,
  type TensorFlow,
  type TensorFlowRuntime,
} from '../tensorflowRuntime.js';
import type { NetworkSetup, RunOutputs } from './networkRun.js';
import { type OpenNetwork, serveNetwork } from './serveNetwork.js';

await serveNetwork(openNetwork);

async function openNetwork(setup: NetworkSetup): Promise<OpenNetwork> {
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
  checkWeights(tf, model);
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
    device: runtime.gpu ? 'cuda' : 'cpu',
    note: `${runtime.description}, all views in one run`,
    run,
    close: async () => void model.dispose(),
  };
}

function loadRuntime({ device, threads }: NetworkSetup): TensorFlowRuntime {
  let runtime: TensorFlowRuntime | undefined;
  try {
    runtime = nativeTensorflow({ cuda: device === 'cuda', threads });
  } catch (cause) {
    throw new ModelError('engine-unavailable', `tensorflow cannot be loaded: ${(cause as Error).message}`, {
      cause,
      remedy: INSTALL_TENSORFLOW,
    });
  }
  if (runtime === undefined)
    throw new ModelError('engine-unavailable', 'tensorflow is not installed', { remedy: INSTALL_TENSORFLOW });
  if (device === 'cuda' && !runtime.gpu)
    throw new ModelError('engine-unavailable', `${runtime.description} finds no CUDA card that it can use`, {
      remedy:
        "Look at the card's driver, and whether CUDA 11.8 and cuDNN 8.6 are in LD_LIBRARY_PATH; " +
        'or set model.device to cpu or auto.',
    });
  return runtime;
}

/** A weight that is no number can stay hidden: ReLU makes zero of it. */
function checkWeights(tf: TensorFlow, model: LayersModel): void {
  for (const layer of model.layers)
    for (const [index, weight] of layer.getWeights().entries()) {
      const finite = tf.tidy(() => tf.all(tf.isFinite(weight)).dataSync()[0]);
      if (finite) continue;
      const name = layer.weights[index]!.originalName;
      throw new ModelError(
        'model-not-finite',
        `the weights ${name} of model.json are not all finite numbers`,
        {
          remedy: 'The training went wrong or the file is broken; train or convert the network again.',
        },
      );
    }
}
