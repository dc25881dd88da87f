import { bestThreshold, fitPlatt, type LabelledSet, type Part, type Scored } from '../dataset/index.js';
import { normalisationOf } from '../image/index.js';
import {
  type BundleDescription,
  calibrate,
  encodeLayersModel,
  roundToHalves,
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
import { LESION_STRIDE, LESION_TARGET_LAYER, type LesionPlan, lesionMapNetwork } from './networks/index.js';

/** What a fit ended with, and what it is to be measured on. */
export interface Fitted {
  /** In the order of the network's own. */
  weights: Float32Array;
  plan: LesionPlan;
  parts: Record<Part, LesionExample[]>;
  sets: LabelledSet[];
  described: Described;
}

/** A bundle but for its card and its records. */
export interface Measured {
  description: BundleDescription;
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
  { weights, plan, parts, sets, described }: Fitted,
): Promise<Measured> {
  const { tf } = runtime;
  // A new one, because the fit has used the other's layers in two networks.
  const { model } = lesionMapNetwork(tf, plan.input);
  writeWeights(tf, model, weights);
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
  model.dispose();
  return {
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
