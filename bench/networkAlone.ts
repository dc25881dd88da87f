import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-core';
import { gradCam } from '../src/gradcam/index.js';
import { loadOnnxRuntime } from '../src/model/engines/onnxruntimeLibrary.js';
import { sessionOptions } from '../src/model/engines/onnxruntimeSession.js';
import type { Bundle } from '../src/model/index.js';
import { readLayersModel } from '../src/model/layersFile.js';
import { cutAt, networkOutputs } from '../src/model/networkOutputs.js';
import { decodeModel, encodeModel, type ModelProto } from '../src/model/onnxSchema.js';
import { nativeTensorflow } from '../src/model/tensorflowRuntime.js';

/** A network, opened. */
export interface TimedNetwork {
  /** One batch, milliseconds. */
  run(): Promise<number>;
  close(): Promise<void>;
}

/** The probability and nothing that only the explanation needs; or all three outputs, and Grad-CAM of them. */
export type Wanted = 'answer' | 'explanation';

/** A bundle's model.onnx with nothing around it, in this thread. */
export async function bareOnnx(bundle: Bundle, batch: number, wanted: Wanted): Promise<TimedNetwork> {
  const { InferenceSession, Tensor } = await loadOnnxRuntime();
  const bytes = await readFile(join(bundle.directory, 'model.onnx'));
  const model = wanted === 'answer' ? answerOnly(bytes) : bytes;
  const session = await InferenceSession.create(model, sessionOptions('cpu', undefined));
  const { rows, columns, channels } = bundle.input;
  const input = new Tensor('float32', imagesFor(bundle, batch), [batch, rows, columns, channels]);
  const feeds = { [session.inputNames[0]!]: input };
  return {
    run: () =>
      timed(async () => {
        const { activations, gradients } = await session.run(feeds);
        if (wanted === 'explanation')
          explain(
            activations!.data as Float32Array,
            gradients!.data as Float32Array,
            activations!.dims as number[],
          );
      }),
    close: () => session.release(),
  };
}

/** A bundle's model.json with nothing around it, in this thread; undefined where TensorFlow is not installed. */
export async function bareTensorflow(
  bundle: Bundle,
  batch: number,
  wanted: Wanted,
): Promise<TimedNetwork | undefined> {
  const tf = nativeTensorflow()?.tf;
  if (tf === undefined) return undefined;
  const model = await readLayersModel(tf, join(bundle.directory, 'model.json'));
  const cut = cutAt(tf, model, bundle.targetLayer);
  const { rows, columns, channels } = bundle.input;
  const images = imagesFor(bundle, batch);
  const input = () => tf.tensor4d(images, [batch, rows, columns, channels]);
  const answer = async () => {
    const probability = tf.tidy(() => model.predict(input()) as Tensor);
    await probability.data();
    probability.dispose();
  };
  const explanation = async () => {
    const outputs = tf.tidy(() => ({ ...networkOutputs(tf, cut, input()) }));
    const [activations, gradients] = await Promise.all([
      outputs.activations.data(),
      outputs.gradients.data(),
    ]);
    await outputs.probability.data();
    explain(activations as Float32Array, gradients as Float32Array, outputs.activations.shape);
    tf.dispose({ ...outputs });
  };
  return {
    run: () => timed(wanted === 'answer' ? answer : explanation),
    close: async () => void model.dispose(),
  };
}

function answerOnly(bytes: Uint8Array): Uint8Array {
  const model = decodeModel(bytes) as ModelProto;
  // ONNX Runtime then drops what only the other two need.
  model.graph.output = model.graph.output.filter(({ name }) => name === 'probability');
  return encodeModel(model);
}

function explain(activations: Float32Array, gradients: Float32Array, shape: number[]): void {
  const [batch, ...featureShape] = shape as [number, number, number, number];
  const size = activations.length / batch;
  for (let view = 0; view < batch; view++) {
    const own = (values: Float32Array) => values.subarray(view * size, (view + 1) * size);
    gradCam({ activations: own(activations), gradients: own(gradients), featureShape });
  }
}

/** Made values for as many views, one after another. */
export function imagesFor({ input }: Bundle, views: number): Float32Array {
  const length = views * input.rows * input.columns * input.channels;
  return Float32Array.from({ length }, (_, index) => Math.sin(index));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
