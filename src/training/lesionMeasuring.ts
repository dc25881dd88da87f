import type { LayersModel } from '@tensorflow/tfjs-layers';
import { bestThreshold, fitPlatt, type LabelledSet, type Part, type Scored } from '../dataset/index.js';
import { normalisationOf } from '../image/index.js';
import {
  type BundleDescription,
  calibrate,
  encodeLayersModel,
  roundToHalves,
  type TensorFlow,
  type TensorFlowRuntime,
} from '../model/index.js';
import { exportOnnx } from './export/index.js';
import {
  answerLesions,
  type InputScale,
  type LesionAnswer,
  type LesionExample,
  scoredOf,
  useNativeConvolutions,
  writeWeights,
} from './fitting/index.js';
import { knownFeaturesOf } from './knownImages.js';
import type { Described } from './lesionDescription.js';
import { lesionPerformance } from './lesionPerformance.js';
import {
  jointLesionMap,
  LESION_STRIDE,
  LESION_TARGET_LAYER,
  type LesionPlan,
  lesionMapNetwork,
} from './networks/index.js';

/** What a fit ended with, and what it is to be measured on. */
export interface Fitted {
  /** Of each network, in the order of its own. */
  networks: Float32Array[];
  plan: LesionPlan;
  parts: Record<Part, LesionExample[]>;
  sets: LabelledSet[];
  described: Described;
}

/** A bundle but for its card and its records. */
export interface Measured {
  description: BundleDescription;
  /** How many numbers the network has learnt or was given. */
  weights: number;
  files: Record<string, Uint8Array>;
}

/** How the plan's last preparation step makes numbers of grey values. */
export function scaleOf({ input, preparation }: LesionPlan): InputScale {
  return { input, ...normalisationOf(preparation) };
}

/**
 * All that follows from the fit: calibration and operating point from the first set's validation images, what the
 * network knows from the training images, figures from the test images of each set, and the network's files.
 */
export async function measureLesions(
  runtime: TensorFlowRuntime,
  { networks, plan, parts, sets, described }: Fitted,
): Promise<Measured> {
  const { tf } = runtime;
  const model = fittedNetwork(tf, plan.input, networks);
  useNativeConvolutions(runtime, model);
  // What ships is measured: weights of 16 bits.
  roundToHalves(tf, model);
  const asked = { ...scaleOf(plan), stride: LESION_STRIDE, insideWeight: plan.recipe.insideWeight };
  const answersTo = (examples: LesionExample[]) => answerLesions(tf, model, examples, asked);
  const ofSet = (answers: LesionAnswer[], set: number) =>
    answers.filter(({ example }) => example.set === set);

  const validation = answersTo(parts.validation);
  const own = ofSet(validation, 0).map(scoredOf);
  const calibration = fitPlatt(own);
  const calibrated = <One extends Pick<Scored, 'probability'>>(answers: One[]): One[] =>
    answers.map((one) => ({ ...one, probability: calibrate({ calibration }, one.probability) }));
  const operatingPoint = Math.round(bestThreshold(calibrated(own)) * 1e4) / 1e4;

  const learnt = answersTo(parts.training);
  const features = knownFeaturesOf(
    sets.map((_, set) => ofSet(learnt, set).map((one) => one.features)),
    validation.map((one) => one.features),
  );

  const answers = calibrated(answersTo(parts.test));
  const performance = sets.flatMap(({ name }, set) =>
    lesionPerformance(ofSet(answers, set), operatingPoint, name, plan.input.columns),
  );
  const files = {
    ...(await encodeLayersModel(model, { halves: true })),
    'model.onnx': exportOnnx(model, LESION_TARGET_LAYER),
    ...features.files,
  };
  const weights = model.countParams();
  model.dispose();
  return {
    weights,
    description: {
      ...described,
      calibration,
      operatingPoint,
      performance,
      knownFeatures: features.knownFeatures,
    },
    files,
  };
}

/** The network that answers. A new one, because a fit has used the other's layers in two networks. */
function fittedNetwork(tf: TensorFlow, input: LesionPlan['input'], networks: Float32Array[]): LayersModel {
  const members = networks.map((weights) => {
    const { model } = lesionMapNetwork(tf, input);
    writeWeights(tf, model, weights);
    return model;
  });
  if (members.length === 1) return members[0]!;
  const joint = jointLesionMap(tf, input, members);
  for (const member of members) member.dispose();
  return joint;
}
