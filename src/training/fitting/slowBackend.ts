import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { anyTensorflow, SCORE_LAYER, type TensorFlow, type TensorFlowRuntime } from '../../model/index.js';
import { TrainingError } from '../errors.js';
import { readWeights, writeWeights } from './weights.js';

/** Commands, for machines that may download and for those that may not. */
const INSTALL_FOR_TRAINING = [
  'Install native TensorFlow:',
  '  npm install --no-save @tensorflow/tfjs-node          (tfjs-node-gpu with an NVIDIA card and CUDA 11.8)',
  'On a closed network, with nothing but mirrors of npm and PyPI (docs/model-training.md):',
  '  node scripts/installTensorflow.mjs                  (--gpu; --wheel FILE without a mirror of PyPI)',
].join('\n');

/** @throws TrainingError `training-backend` where native TensorFlow is installed and does not load */
export async function trainingRuntime(): Promise<TensorFlowRuntime> {
  try {
    return await anyTensorflow();
  } catch (cause) {
    throw new TrainingError(
      'training-backend',
      `native TensorFlow is installed and cannot be loaded: ${(cause as Error).message}`,
      { cause, remedy: `Remove it, or install it again.\n${INSTALL_FOR_TRAINING}` },
    );
  }
}

/**
 * Says what to install, and how long it takes without, where there is only JavaScript to train with.
 *
 * @param images that each epoch learns from
 * @throws TrainingError `training-backend` when not even one epoch is done in the time that the training has
 */
export function warnOfSlowBackend(
  { tf, kind, description }: TensorFlowRuntime,
  model: LayersModel,
  images: number,
  { epochs, minutes }: { epochs: number; minutes: number },
  say: (line: string) => void,
): void {
  if (kind === 'native') return;
  const epoch = secondsPerImage(tf, model) * images;
  const slow =
    `There is only ${description}: about ${duration(epoch)} for each epoch, ` +
    `${duration(epoch * epochs)} for ${epochs}.`;
  if (epoch > minutes * 60)
    throw new TrainingError('training-backend', `${slow} No epoch ends within --minutes ${minutes}.`, {
      remedy: INSTALL_FOR_TRAINING,
    });
  say(`${slow}\n${INSTALL_FOR_TRAINING}`);
}

/** Of one image forwards and backwards; the model is left as it was. */
function secondsPerImage(tf: TensorFlow, model: LayersModel): number {
  const scorer = tf.model({ inputs: model.inputs, outputs: model.getLayer(SCORE_LAYER).output as never });
  const variables = scorer.trainableWeights.map((weight) => weight.read() as Variable);
  const shape = model.inputs[0]!.shape.slice(1) as number[];
  const step = () =>
    tf.tidy(() => {
      const started = performance.now();
      const image = tf.ones([1, ...shape]);
      const loss = () => tf.sum(scorer.apply(image, { training: true }) as Tensor) as Scalar;
      tf.variableGrads(loss, variables).value.dataSync();
      return (performance.now() - started) / 1000;
    });
  const own = readWeights(model.getWeights());
  const first = step();
  // The first also compiles; where a step is long that does not matter.
  const seconds = first > 1 ? first : step();
  // Batch normalisation has taken the image into its moving averages, once or twice, as fast as the machine was.
  writeWeights(tf, model, own);
  return seconds;
}

function duration(seconds: number): string {
  const units: [name: string, seconds: number][] = [
    ['days', 86_400],
    ['hours', 3600],
    ['minutes', 60],
    ['seconds', 1],
  ];
  const [name, length] = units.find(([, length]) => seconds >= 2 * length) ?? units.at(-1)!;
  return `${Math.max(1, Math.round(seconds / length))} ${name}`;
}
