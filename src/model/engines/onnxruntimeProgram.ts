import type * as ort from 'onnxruntime-node';
import { ModelError } from '../errors.js';
import type { NetworkSetup, RunOutputs } from './networkRun.js';
import { checkOnnxFile } from './onnxFile.js';
import { loadOnnxRuntime } from './onnxruntimeLibrary.js';
import { sessionOptions } from './onnxruntimeSession.js';
import { type OpenNetwork, serveNetwork } from './serveNetwork.js';

/** The outputs by name; docs/model-bundle.md. */
const OUTPUTS = ['probability', 'activations', 'gradients'] as const;

/** Of a network whose maps are made by occlusion, the first only. */
function outputsOf({ gradients }: NetworkSetup): readonly string[] {
  return gradients ? OUTPUTS : OUTPUTS.slice(0, 1);
}

await serveNetwork(openNetwork);

async function openNetwork(setup: NetworkSetup): Promise<OpenNetwork> {
  const runtime = await loadOnnxRuntime();
  await checkOnnxFile(setup.modelFile, setup.targetLayer);
  let session: ort.InferenceSession;
  try {
    session = await runtime.InferenceSession.create(
      setup.modelFile,
      sessionOptions(setup.device, setup.threads),
    );
  } catch (cause) {
    throw new ModelError(
      'engine-unavailable',
      `onnxruntime on ${setup.device}: ${plain((cause as Error).message)}`,
      {
        cause,
        remedy:
          setup.device === 'cpu'
            ? "The bundle's model.onnx cannot be run by this version of onnxruntime-node; export it again."
            : 'Set model.device to cpu or auto, or install what the device needs (docs/model-bundle.md).',
      },
    );
  }
  const batch = checkModel(session, setup);
  const network = { runtime, session, setup };
  // On a processor a batch gains no time, and needs the memory of all its views at once.
  const together = batch === 'any' && setup.device !== 'cpu';
  return {
    device: setup.device,
    note: together ? 'all views in one run' : 'one view after another',
    run: together ? (inputs, count) => run(network, inputs, count) : runSingly(network),
    close: () => session.release(),
  };
}

/** The runtime's message without the place in its own sources. */
function plain(message: string): string {
  return message.replace(/^\/onnxruntime_src\S*\s.* was false\. /, '');
}

/** Whether one run takes any number of inputs or only one. */
function checkModel(session: ort.InferenceSession, setup: NetworkSetup): 'any' | 'one' {
  const missing = outputsOf(setup).filter((name) => !session.outputNames.includes(name));
  if (missing.length > 0)
    throw new ModelError(
      'bundle-model-outputs',
      `model.onnx has the outputs ${session.outputNames.join(', ')}; it lacks ${missing.join(', ')}`,
      { remedy: 'Export it with `mamori train`, or add the outputs as docs/model-bundle.md says.' },
    );
  const [input] = session.inputMetadata;
  const shape = input?.isTensor ? input.shape : [];
  const { rows, columns, channels } = setup.input;
  const wanted = [rows, columns, channels];
  const fits =
    session.inputNames.length === 1 &&
    input?.isTensor === true &&
    input.type === 'float32' &&
    shape.length === 4 &&
    // Free, or one view at a time.
    (typeof shape[0] === 'string' || shape[0] === 1 || shape[0] === -1) &&
    wanted.every((size, index) => typeof shape[index + 1] === 'string' || shape[index + 1] === size);
  if (!fits)
    throw new ModelError(
      'bundle-model-input',
      `model.onnx takes ${session.inputNames.length} input(s), the first ${shape.join(' x ')}; ` +
        `bundle.json says views x ${wanted.join(' x ')} of float32`,
      {
        remedy:
          'Make input in bundle.json and the network agree; channels come last, and the first dimension is free or 1.',
      },
    );
  return shape[0] === 1 ? 'one' : 'any';
}

interface Network {
  runtime: typeof ort;
  session: ort.InferenceSession;
  setup: NetworkSetup;
}

async function run(
  { runtime, session, setup }: Network,
  inputs: Float32Array,
  count: number,
): Promise<RunOutputs> {
  const { rows, columns, channels } = setup.input;
  const tensor = new runtime.Tensor('float32', inputs, [count, rows, columns, channels]);
  const results = await session.run({ [session.inputNames[0]!]: tensor }, outputsOf(setup));
  if (!setup.gradients) return withoutGradients(own(results.probability!));
  const [probability, activations, gradients] = OUTPUTS.map((name) => results[name]!);
  const [, ...featureShape] = activations!.dims;
  if (featureShape.length !== 3)
    throw new ModelError(
      'bundle-model-outputs',
      `activations of model.onnx have the shape ${activations!.dims.join(' x ')}; four dimensions are needed`,
      { remedy: 'The target layer must be a convolution or another layer with rows and columns.' },
    );
  return {
    probability: own(probability!),
    activations: own(activations!),
    gradients: own(gradients!),
    featureShape: featureShape as [number, number, number],
  };
}

function withoutGradients(probability: Float32Array): RunOutputs {
  const [activations, gradients] = [new Float32Array(), new Float32Array()];
  return { probability, activations, gradients, featureShape: [0, 0, 0] };
}

function runSingly(network: Network): OpenNetwork['run'] {
  return async (inputs, count) => {
    const size = inputs.length / count;
    const parts: RunOutputs[] = [];
    for (let index = 0; index < count; index++)
      parts.push(await run(network, inputs.slice(index * size, (index + 1) * size), 1));
    return {
      probability: joined(parts.map((part) => part.probability)),
      activations: joined(parts.map((part) => part.activations)),
      gradients: joined(parts.map((part) => part.gradients)),
      featureShape: parts[0]!.featureShape,
    };
  };
}

/** A copy in memory that Node owns: buffers that belong to the engine cannot be transferred to another thread. */
function own(tensor: ort.Tensor): Float32Array {
  if (!(tensor.data instanceof Float32Array))
    throw new ModelError(
      'bundle-model-outputs',
      `an output of model.onnx is ${tensor.type} instead of float32`,
      {
        remedy: 'Export the network with 32-bit outputs.',
      },
    );
  return tensor.data.slice();
}

function joined(parts: Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
