import { countText, numberText } from '../countText.js';
import { type ExplanationChecks, perturbationVerdict } from './explanation/index.js';
import type { Shortcut } from './shortcuts/index.js';
import type { Evaluation } from './types.js';

type Known = Pick<
  Evaluation,
  | 'model'
  | 'data'
  | 'exam'
  | 'protocol'
  | 'levels'
  | 'columns'
  | 'shortcuts'
  | 'localisation'
  | 'explanations'
>;

/** What a reader must know before any figure, the gravest first. */
export function warningsOf(known: Known): string[] {
  const { model, data, protocol, levels, shortcuts, explanations } = known;
  const { selection, patients } = data;
  const warnings: string[] = [];
  if (protocol === 'by-image')
    warnings.push(
      `LEAKING PROTOCOL: ${copiesText(selection)}the data was split by image, so that images of one patient, or ` +
        `turned copies of one image, stand both among those that the network learnt from and among those it is ` +
        `measured on. The figures are too good, and stand here only to be compared with publications that do the same.`,
    );
  if (protocol === 'by-patient' && model.split === 'by-image')
    warnings.push(
      'This model was split by image and is not for patients: its calibration and its operating point were chosen ' +
        'on copies of what it had learnt. The figures on patients who are new to it say how little the leaking ones ' +
        'mean.',
    );
  const used = selection.evaluated.training + selection.evaluated.validation;
  if (used > 0 && protocol === 'by-patient')
    warnings.push(
      `${numberText(used)} of the ${countText(patients, 'patient')} were used for making this model. The figures say ` +
        `how well it remembers, not how well it will do.`,
    );
  if (selection.known === 'unknown' && protocol === 'by-patient')
    warnings.push(
      'The bundle does not tell which patients it was made from, and the labels file is not the one that it was ' +
        'made from, going by its seed and its numbers of cases. That these patients are new to it is taken on trust.',
    );
  warnings.push(...learnedWarnings(known), ...columnWarnings(known));
  const { positives, count } = levels.patient;
  if (Math.min(positives, count - positives) < 30)
    warnings.push(
      `There are ${numberText(positives)} patients with and ${numberText(count - positives)} without a positive ` +
        `finding. Below 30 of each, intervals are wide and themselves uncertain.`,
    );
  if (levels.patient.auc.interval !== null && !tells(levels.patient.auc.interval))
    warnings.push(
      'By patient the AUC cannot be told from guessing (0.5): either the model is no good on these data, or there ' +
        'are too few patients to see that it is.',
    );
  const { positive, negative } = known.exam.imagesPerPatient;
  if (model.aggregation.exam === 'max' && Math.max(positive, negative) > 1.2 * Math.min(positive, negative))
    warnings.push(
      `A patient with a finding has ${positive.toFixed(1)} images on average, one without ${negative.toFixed(1)}. ` +
        `Joined by maximum, as the service does it, more images give a higher answer: read “by exam, one breast ` +
        `each” in place of the figures by patient.`,
    );
  const blind = shortcuts.shortcuts.find(({ of }) => of === 'network');
  if (tells(blind?.auc.interval))
    warnings.push(
      'With the breast painted over the network still tells the classes apart better than chance: something outside ' +
        'the breast gives the label away.',
    );
  // Of a handful of images anything tells the classes apart.
  const prepared = shortcuts.shortcuts.filter(
    ({ of, auc }) => of === 'input' && (auc.value ?? 0) >= MUCH && tells(auc.interval),
  );
  for (const { name, auc } of prepared)
    warnings.push(
      `${name} alone reaches an AUC of ${auc.value!.toFixed(2)}: the network may have learnt that instead of lesions.`,
    );
  const { asItLies, canonical, drop } = shortcuts.orientation;
  if ((drop.interval?.[0] ?? 0) > 0.02)
    warnings.push(
      `The AUC falls from ${asItLies.value!.toFixed(2)} to ${canonical.value!.toFixed(2)} when the images are ` +
        `brought to one orientation: orientation carries part of the figure.`,
    );
  const { asItIs, erased, drop: fall } = shortcuts.background;
  if ((fall.interval?.[0] ?? 0) > 0.02)
    warnings.push(
      `The AUC falls from ${asItIs.value!.toFixed(2)} to ${erased.value!.toFixed(2)} when everything outside the ` +
        `breast is painted over: letters, borders or background carry part of the figure.`,
    );
  const contradictions = shortcuts.copies.withinEvaluated.filter(({ contradiction }) => contradiction).length;
  if (contradictions > 0)
    warnings.push(
      `Copies with different labels: ${countText(contradictions, 'pair')}. At least one label of each is wrong.`,
    );
  if (model.explanation === 'occlusion')
    warnings.push(
      'Its heat maps are made by occlusion, without gradients. The checks of heat maps know Grad-CAM only, so that ' +
        'nobody has tried whether these can be believed.',
    );
  if (explanations !== null) warnings.push(...heatMapWarnings(explanations));
  const peak = known.localisation?.peakInLesion;
  if (peak !== undefined && !((peak.interval?.[0] ?? 0) > (peak.chance ?? 1)))
    warnings.push(
      `The heat map's peak lies in a malignant lesion on ${percentOf(peak.value)} of the images, where chance gives ` +
        `${percentOf(peak.chance)}: it does not point at lesions.`,
    );
  return warnings;
}

const percentOf = (value: number | null) => `${Math.round(100 * (value ?? 0))} %`;

/** An AUC from which on something other than a lesion gives labels away. */
export const MUCH = 0.7;

/**
 * How far plain statistics without any form tell the classes apart, of the files or of what the network gets, where
 * that is so much that a network's own figure says nothing.
 */
export function formlessAuc(
  { learned }: Pick<Evaluation['shortcuts'], 'learned'>,
  of: Shortcut['of'],
): number | undefined {
  return learned
    .flatMap(({ of: own, auc: { value, interval } }) =>
      own === of && value !== null && value >= MUCH && tells(interval) ? [value] : [],
    )
    .sort((a, b) => b - a)[0];
}

function learnedWarnings({ shortcuts }: Pick<Known, 'shortcuts'>): string[] {
  const [file, input] = [formlessAuc(shortcuts, 'file'), formlessAuc(shortcuts, 'input')];
  if (input !== undefined)
    return [
      `Grey levels and differences between neighbours alone, without any form, tell the classes apart with an AUC ` +
        `of ${input.toFixed(2)} in what the network gets: images of the two classes were made in different ways. A ` +
        `network reaches that without looking at a lesion, so no figure on these images says what it would do on ` +
        `others.`,
    ];
  if (file !== undefined)
    return [
      `Grey levels and differences between neighbours alone tell the classes apart with an AUC of ` +
        `${file.toFixed(2)} in the files: images of the two classes were made in different ways. In what the ` +
        `network gets these figures tell less, but the data should be mended.`,
    ];
  return [];
}

function columnWarnings({ columns }: Pick<Known, 'columns'>): string[] {
  return columns.flatMap(({ column, alone, network, withinValues, difference }) => {
    if (tells(alone.interval) && alone.value! >= MUCH)
      return (
        `The ${column} alone tells the classes apart with an AUC of ${alone.value!.toFixed(2)}: a network that ` +
        `knows it from the look of an image needs no lesion. Read the figures within each ${column}.`
      );
    if ((difference.interval?.[0] ?? 0) > 0.02)
      return (
        `The AUC by image is ${network.value!.toFixed(2)}, but ${withinValues.value!.toFixed(2)} among images ` +
        `of the same ${column}: part of the figure comes from telling the ${column} apart.`
      );
    return [];
  });
}

function copiesText({ copies }: Evaluation['data']['selection']): string {
  if (copies === undefined) return '';
  return (
    `${countText(copies.ofEach, 'copy', 'copies')} of each of ${countText(copies.images, 'image')} were made ` +
    `(rotated by steps of 30 degrees, flipped, with and without CLAHE) and split at random: `
  );
}

/** One of deletion and insertion must show that hot places carry the answer. */
export function heatMapWarnings({ perturbation }: Pick<ExplanationChecks, 'perturbation'>): string[] {
  const verdicts =
    perturbation === null
      ? []
      : (['deletion', 'insertion'] as const).map((which) => perturbationVerdict(perturbation, which));
  if (verdicts.includes('shown')) return [];
  const why =
    perturbation === null
      ? 'no image has a heat map with any heat in it'
      : verdicts.includes('cannot tell')
        ? 'blurring raises the answer whatever is blurred, so covering and uncovering cannot tell'
        : 'covering or uncovering their hot places was not seen to change it more than other places do';
  return [
    `The heat maps could not be shown to mark what the answer comes from: ${why}. Do not read them as a place to ` +
      `look at.`,
  ];
}

/** Whether the interval of an AUC lies above chance. */
export function tells(interval: [number, number] | null | undefined): boolean {
  return (interval?.[0] ?? 0) > 0.5;
}
