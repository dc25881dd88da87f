import { createHash } from 'node:crypto';
import { countText } from '../countText.js';
import {
  casePartsOf,
  groupByCase,
  type LabelledImage,
  type LabelledSet,
  type LesionBox,
  Random,
  readDataSets,
} from '../dataset/index.js';
import { type Bundle, type Engine, loadBundle, openEngine, recordHeatMaps } from '../model/index.js';
import { judgeOf } from './abstention.js';
import { type Answered, answerImages, type BoxesOfImages, printImages } from './answering.js';
import { readComparisons } from './comparison.js';
import { EvaluationError } from './errors.js';
import { evaluatedModel } from './evaluatedModel.js';
import type { EvaluationEvents, EvaluationOptions } from './evaluationOptions.js';
import { ExaminationPool } from './examinationPool.js';
import { checkExplanations } from './explanation/index.js';
import { checkPlace, writeResults } from './files.js';
import { dataSetFigures, examFigures, machineFigures } from './groups/index.js';
import { headlineOf } from './headline.js';
import { heatMapVerdict } from './heatMaps.js';
import { localisationOf } from './localisation/index.js';
import { measure } from './measuring.js';
import { coverageOf } from './riskCoverage.js';
import { measureAgainst, rivalOf } from './rival.js';
import { type Selection, selectCopies, selectImages } from './selection.js';
import { findCopies, shortcutChecks } from './shortcuts/index.js';
import type { Evaluation, Prediction } from './types.js';
import { warningsOf } from './warnings.js';

/**
 * Measures a bundle on labelled images: figures with intervals by patient, shortcut checks, checks of the heat maps.
 * Writes evaluation.html, evaluation.json and predictions.csv into the folder `out`, all or nothing.
 *
 * The same bundle, data, options and engine give the same bytes; with `record` the bundle is the one that is left.
 *
 * @throws EvaluationError, ModelError, HeatMapError
 */
export async function evaluate(options: EvaluationOptions, events: EvaluationEvents): Promise<Evaluation> {
  await checkPlace(options.out);
  const others = await readComparisons(options.compare);
  const bundle = await loadBundle(options.model, { leaking: true });
  const read = await readDataSets(options.sets, options.boxes, bundle.classes[1], options.subgroups);
  checkClasses(read.classes, bundle);
  const images = read.sets.flatMap((set) => set.images);
  const boxes = boxesOf(read.sets);
  if (options.record) checkVerdictToCome(options, bundle, boxes);
  const parts = await casePartsOf(bundle, images);
  const { split, protocol } = options;
  const madeByImage = bundle.training?.protocol === 'by-image';
  const selection =
    protocol === 'by-image' && madeByImage
      ? selectCopies(images, parts, split, bundle)
      : await selectImages(images, parts, split, protocol, bundle);
  const { chosen } = selection;
  if (new Set(chosen.map(({ label }) => label)).size < 2)
    throw new EvaluationError('evaluation-classes', `the chosen images are all ${chosen[0]!.label}`, {
      remedy: 'Both classes need at least one case among those that are evaluated.',
    });

  const judge = await judgeOf(bundle);
  const rival =
    options.against === undefined ? undefined : await rivalOf(options.against, bundle, images, chosen);
  const engine = await openEngine(bundle, { engine: options.engine, device: options.device });
  const pool = new ExaminationPool(chosen.length);
  try {
    events.stage(
      `${countText(chosen.length, 'image')} of ${countText(groupByCase(chosen).size, 'patient')} on ` +
        `${engine.name}, ${engine.device}`,
    );
    const answered = await answerImages(chosen, boxes, sampleOf(chosen, options), {
      bundle,
      engine,
      pool,
      judge,
      progress: events.progress,
    });
    if (selection.seen.length > 0)
      events.stage(`looking for copies among ${countText(selection.seen.length, 'training image')}`);
    const seen = await printImages(selection.seen, pool, events.progress);
    const copies = findCopies(answered.printed, seen, options.protocol);
    events.stage('measuring');
    const drawing = { rounds: options.rounds, seed: options.seed };
    const measured = measure(answered.answers, bundle, drawing);
    const shortcuts = shortcutChecks(answered.forms, bundle.operatingPoint, copies, drawing);
    const byGradCam = bundle.explanation !== 'occlusion';
    if (options.explanations)
      events.stage(
        byGradCam
          ? 'checking the heat maps'
          : 'the heat maps are made by occlusion: only Grad-CAM can be checked',
      );
    const checked =
      options.explanations && byGradCam
        ? await checkExplanations(
            { answers: answered.answers, bundle, engine, pool, seed: options.seed, choice: options },
            events,
          )
        : undefined;

    const localisation = localisationOf(answered.located, drawing) ?? null;
    const grouped = {
      machines: machineFigures(answered.answers, bundle.operatingPoint, drawing),
      exam: examFigures(answered.answers, bundle, drawing),
      dataSets: dataSetFigures(answered, bundle, drawing),
    };
    const against =
      rival === undefined
        ? null
        : await measureAgainst(rival, {
            bundle,
            answers: answered.answers,
            pool,
            choice: options,
            drawing,
            events,
          });
    const explanations = checked?.checks ?? null;
    const heatMaps = heatMapVerdict(localisation, explanations);
    // Before anything is written: the report names the bundle as it is from now on.
    const named = options.record && heatMaps !== null ? await recordHeatMaps(bundle, heatMaps) : bundle;
    const described = describe(options, named, engine, images, selection);
    const found = { ...described, ...grouped, ...measured, shortcuts, localisation, explanations };
    const evaluation = rounded<Evaluation>({
      ...described,
      headline: headlineOf(found),
      warnings: warningsOf(found),
      ...grouped,
      ...measured,
      shortcuts,
      localisation,
      explanations,
      heatMaps,
      coverage: coverageOf(answered.answers, bundle.operatingPoint, drawing),
      against,
    });
    events.stage('writing the report');
    await writeResults(
      options.out,
      evaluation,
      predictionsOf(answered, bundle),
      others,
      checked?.pictures ?? [],
    );
    return evaluation;
  } finally {
    await pool.close();
    await engine.close();
  }
}

/** So that a long evaluation does not end with nothing to record. */
function checkVerdictToCome({ explanations }: EvaluationOptions, bundle: Bundle, boxes: BoxesOfImages): void {
  const known = [...boxes.values()].flat().some(({ pathology }) => pathology === 'malignant');
  if (known || (explanations && bundle.explanation !== 'occlusion')) return;
  throw new EvaluationError('evaluation-no-verdict', 'nothing is measured that heat maps could pass', {
    remedy: 'Leave out --no-explanations, or give a data set with boxes around malignant lesions.',
  });
}

function boxesOf(sets: readonly LabelledSet[]): BoxesOfImages {
  return new Map(
    sets.flatMap(({ images, boxes }) =>
      boxes === undefined
        ? []
        : images.map(({ path, file }): [string, readonly LesionBox[]] => [path, boxes.get(file) ?? []]),
    ),
  );
}

/**
 * The patients whose images are shown in other forms, in equal parts of both classes where there are as many. Eight
 * orientations and more of each image take ten times as long as its answer.
 */
function sampleOf(
  images: readonly LabelledImage[],
  { shortcutImages = images.length, seed }: EvaluationOptions,
): Set<string> {
  const sampled = new Set<string>();
  const labels = [...new Set(images.map(({ label }) => label))].sort();
  for (const wanted of labels) {
    let left = shortcutImages / labels.length;
    const own = [...groupByCase(images)].filter(([, [first]]) => first!.label === wanted).sort(byName);
    for (const [name, { length }] of new Random(seed).shuffled(own)) {
      if (left <= 0 && shortcutImages < images.length) break;
      sampled.add(name);
      left -= length;
    }
  }
  return sampled;
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : 1);

function checkClasses(found: string[], { classes }: Bundle): void {
  if (found[0] === classes[0]) return;
  throw new EvaluationError(
    'evaluation-classes',
    `the labels are ${found.join(' and ')}, but the bundle tells ${classes.join(' from ')}`,
    { remedy: 'Name the classes in the labels file as the bundle does.' },
  );
}

function describe(
  options: EvaluationOptions,
  bundle: Bundle,
  engine: Engine,
  images: LabelledImage[],
  { chosen, record }: Selection,
) {
  return {
    format: 1 as const,
    model: evaluatedModel(bundle),
    engine: { name: engine.name, device: engine.device },
    protocol: options.protocol,
    seed: options.seed,
    bootstrapRounds: options.rounds,
    data: {
      description: options.dataDescription,
      digest: labelsDigest(images),
      images: chosen.length,
      patients: groupByCase(chosen).size,
      positiveImages: chosen.filter(({ label }) => label === bundle.classes[1]).length,
      selection: record,
    },
  };
}

/** SHA-256 that names what was evaluated: files, labels and cases, in the order of the labels file. */
function labelsDigest(images: readonly LabelledImage[]): string {
  const lines = images.map(({ file, label, case: patient }) => `${file},${label},${patient}`);
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

function predictionsOf({ answers }: Answered, { operatingPoint }: Bundle): Prediction[] {
  return answers.map(({ image, rawProbability, probability, distance, notAnalysed }) => ({
    file: image.file,
    case: image.case,
    label: image.label,
    rawProbability,
    probability,
    positive: probability >= operatingPoint,
    distance,
    notAnalysed,
  }));
}

/** Figures to six digits after the point: more would only tell one machine's arithmetic from another's. */
function rounded<Value>(value: Value): Value {
  if (typeof value === 'number') return (Math.round(value * 1e6) / 1e6) as Value;
  if (Array.isArray(value)) return value.map(rounded) as Value;
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, rounded(one)])) as Value;
  return value;
}
