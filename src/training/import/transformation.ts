import type { ValueInfoProto } from '../../model/index.js';
import { AdaptedNetwork, type Batch, type TargetLayer } from './adaptedNetwork.js';
import { ImportError } from './errors.js';
import type { GivenNetwork } from './givenNetwork.js';
import { type InputAnswers, type InputPlan, networkInput, planInput } from './inputPlan.js';
import { bottlenecks, findTargetLayer } from './layerSearch.js';
import type { NetworkFile } from './networkFile.js';
import { openModel, runOnce, type Value } from './onnxRun.js';
import {
  meaningShown,
  type OutputMeaning,
  type OutputPlan,
  planOutput,
  probabilityMeant,
  scoreMeant,
} from './outputMeaning.js';
import { AGREEMENT, checkAgreement, checkScore, checkSlopes, type SlopeCheck } from './verification.js';

/** Numbers that the backward pass is not written in. */
const UNLIKE: ReadonlySet<string> = new Set(['float16', 'float64']);

/** What the file cannot say of the network. */
export interface NetworkAnswers extends InputAnswers {
  /** Undefined: as its last node says. */
  meaning?: OutputMeaning | undefined;
  /** Which of two numbers speaks of the positive class; 0 of one number turns it round. */
  positiveIndex: 0 | 1;
  /** Undefined: the last layer with rows and columns. */
  targetLayer?: string | undefined;
  /** `auto`: gradients where they can be written, else occlusion. */
  explanation: 'auto' | 'grad-cam' | 'occlusion';
}

/** How the maps are made, and what that rests on. */
export type Explained =
  | { kind: 'grad-cam'; target: TargetLayer; slopes: SlopeCheck }
  /** Without gradients. `why` is a sentence. */
  | { kind: 'occlusion'; why: string };

/** A network made ready for a bundle. */
export interface Transformed {
  onnx: Uint8Array;
  input: InputPlan;
  output: OutputPlan;
  batch: Batch;
  explained: Explained;
  weightCount: number;
}

/** The network as it came, answering pictures of the service one by one. */
export interface Original {
  input: InputPlan;
  output: OutputPlan;
  /** How near a bundle has to come to its answers (`AGREEMENT`). */
  agreement: number;
  probabilities(pictures: readonly Float32Array[]): Promise<number[]>;
  /** Undefined for a network that answers with probabilities. */
  score(picture: Float32Array): Promise<number | undefined>;
  close(): Promise<void>;
}

/**
 * Opens the network as it came and finds out how its answers are to be read.
 *
 * @throws ImportError as `planInput` and `planOutput` do; `import-not-runnable`
 */
export async function openOriginal(
  { bytes, network }: NetworkFile,
  answers: NetworkAnswers,
): Promise<Original> {
  const input = planInput(network, answers);
  const { layout, rows, columns, channels } = input;
  const dims = layout === 'NCHW' ? [1, channels, rows, columns] : [1, rows, columns, channels];
  const { inputName, outputName } = network;
  const model = await openModel(bytes, 'the network as it came');
  const answer = async (picture: Float32Array) =>
    (await model.run({ [inputName]: { dims, data: networkInput(input, picture) } }, [outputName]))[
      outputName
    ]!.data;
  try {
    const { length } = await answer(new Float32Array(rows * columns * input.pictureChannels));
    const { meaning, positiveIndex: positive } = answers;
    const output = planOutput(network, length, { meaning, positive });
    const black = { dims, data: new Float32Array(dims.reduce((size, dim) => size * dim, 1)) };
    const agreement = (await answersInHalves(network, black)) ? AGREEMENT.float16 : AGREEMENT.float32;
    return {
      agreement,
      input,
      output,
      async probabilities(pictures) {
        const found: number[] = [];
        for (const picture of pictures) found.push(meantBy(output, await answer(picture)));
        return found;
      },
      score: async (picture) => scoreMeant(output, await answer(picture)),
      close: () => model.close(),
    };
  } catch (error) {
    await model.close();
    throw error;
  }
}

/** Whether its answer, or the sigmoid or softmax behind it, has 16 bits. */
async function answersInHalves(network: GivenNetwork, input: Value): Promise<boolean> {
  const { before } = meaningShown(network);
  const values = [network.outputName, ...(before === undefined ? [] : [before])];
  const output = values.map((name) => ({ name }) as ValueInfoProto);
  const probe = network.around((graph) => ({ ...graph, output, valueInfo: [] }));
  const found = await runOnce(probe, 'the network as it came', { [network.inputName]: input }, values);
  return values.some((name) => found[name]!.type === 'float16');
}

function meantBy(output: OutputPlan, answer: ArrayLike<number>): number {
  const probability = probabilityMeant(output, answer);
  if (probability >= 0 && probability <= 1) return probability;
  throw new ImportError(
    'import-output-shape',
    `the network answered ${probability}, which is no probability`,
    {
      remedy: 'If its answers are scores before the sigmoid or softmax, say --meaning logits.',
    },
  );
}

/**
 * Gives the network the input and outputs of a bundle and checks on pictures that it still answers as it did.
 *
 * @param pictures prepared as the plan says, at least two
 * @throws ImportError `import-target-layer`, `import-no-gradients`, `import-differs`, `import-not-runnable`
 */
export async function transform(
  { network }: NetworkFile,
  original: Original,
  answers: NetworkAnswers,
  pictures: readonly Float32Array[],
): Promise<Transformed> {
  const { input, output } = original;
  const adapted = new AdaptedNetwork(network, input, output);
  const meant = await original.probabilities(pictures);
  await checkScores(adapted, original, pictures);
  const explained = await explain(adapted, answers, input, pictures);
  const batch = await largestBatch(adapted, original, pictures, meant);
  return { onnx: adapted.encode(batch), input, output, batch, explained, weightCount: network.weightCount };
}

/** Scores show what probabilities near 0 and 1 hide. */
async function checkScores(
  adapted: AdaptedNetwork,
  original: Original,
  pictures: readonly Float32Array[],
): Promise<void> {
  const names = [adapted.score];
  const model = await openModel(adapted.probe('one', names), 'the network');
  try {
    for (const picture of pictures) {
      const found = await model.run({ image: imageOf(original.input, picture) }, names);
      const score = Number(found[adapted.score]!.data[0]);
      checkScore(score, await original.score(picture), original.agreement);
    }
  } finally {
    await model.close();
  }
}

async function explain(
  adapted: AdaptedNetwork,
  answers: NetworkAnswers,
  input: InputPlan,
  pictures: readonly Float32Array[],
): Promise<Explained> {
  if (answers.explanation === 'occlusion') return { kind: 'occlusion', why: 'it was asked for.' };
  try {
    return await explainByGradients(adapted, answers, input, pictures);
  } catch (error) {
    const ours =
      error instanceof ImportError && ['import-no-gradients', 'import-target-layer'].includes(error.code);
    // A layer that was named and is not there is a mistake to mend, not a reason to do something else.
    const mistaken =
      answers.targetLayer !== undefined && (error as ImportError).code === 'import-target-layer';
    if (!ours || mistaken || answers.explanation === 'grad-cam') throw error;
    return { kind: 'occlusion', why: `${(error as Error).message}.` };
  }
}

async function explainByGradients(
  adapted: AdaptedNetwork,
  answers: NetworkAnswers,
  input: InputPlan,
  pictures: readonly Float32Array[],
): Promise<Explained> {
  const nodes = adapted.forward;
  const image = imageOf(input, pictures[0]!);
  const shapesOf = async (values: readonly string[]) => {
    const found = await runOnce(adapted.probe('one', values), 'the network', { image }, values);
    const unlike = values.find((value) => UNLIKE.has(found[value]!.type));
    if (unlike !== undefined)
      throw new ImportError(
        'import-no-gradients',
        `the network computes in ${found[unlike]!.type} (${unlike}), and gradients are written in float32 only`,
        { remedy: 'Export it in 32 bits: network.float() before torch.onnx.export.' },
      );
    return new Map(values.map((value) => [value, found[value]!.dims]));
  };
  const candidates = bottlenecks(nodes, adapted.score);
  const shapes = await shapesOf(candidates);
  const target = findTargetLayer(nodes, candidates, shapes, input.layout, answers.targetLayer);
  const made = nodes.findIndex(({ output }) => output.includes(target.value));
  const behind = nodes.slice(made).flatMap(({ output }) => output.filter((name) => name !== ''));
  adapted.explainAt(target, await shapesOf(behind));
  const { [target.value]: activations } = await runOnce(
    adapted.probe('one', [target.value]),
    'the network',
    { image },
    [target.value],
  );
  const slopes = await checkSlopes(adapted, target, image, activations!);
  if (slopes.agrees) return { kind: 'grad-cam', target, slopes };
  adapted.leaveUnexplained();
  throw new ImportError(
    'import-no-gradients',
    `the gradients at ${target.label} miss finite differences by ${(slopes.missed * 100).toFixed(1)} %`,
    { remedy: 'Name another --target-layer, or take --explanation occlusion, which needs no gradients.' },
  );
}

/** All views in one run, where the network allows it and answers each as if it were alone; else one by one. */
async function largestBatch(
  adapted: AdaptedNetwork,
  { input, agreement }: Original,
  pictures: readonly Float32Array[],
  meant: readonly number[],
): Promise<Batch> {
  const { rows, columns, pictureChannels } = input;
  const joined = new Float32Array(pictures.length * pictures[0]!.length);
  for (const [index, picture] of pictures.entries()) joined.set(picture, index * picture.length);
  try {
    const dims = [pictures.length, rows, columns, pictureChannels];
    const outputs = adapted.outputNames;
    const found = await runOnce(
      adapted.encode('any'),
      'several images',
      { image: { dims, data: joined } },
      outputs,
    );
    checkAgreement(Array.from(found.probability!.data), meant, 'a run of several images', agreement);
    return outputs.every((name) => found[name]!.dims[0] === pictures.length) ? 'any' : 'one';
  } catch (error) {
    if (error instanceof ImportError) return 'one';
    throw error;
  }
}

function imageOf({ rows, columns, pictureChannels }: InputPlan, picture: Float32Array): Value {
  return { dims: [1, rows, columns, pictureChannels], data: picture };
}
