import { countText, numberText } from '../countText.js';
import type { Estimate } from './statistics/index.js';
import type { Evaluation } from './types.js';
import { formlessAuc } from './warnings.js';

type Known = Pick<
  Evaluation,
  'data' | 'model' | 'exam' | 'machines' | 'localisation' | 'shortcuts' | 'protocol' | 'explanations'
>;

const hundredths = (value: number | null) =>
  value === null ? 'an unknown number' : `${Math.round(100 * value)}`;

/**
 * Three sentences for the head of a department: how well it tells women apart, what that means at the operating point,
 * and what may be relied on. They follow from the figures alone.
 */
export function headlineOf(known: Known): [string, string, string] {
  return [discrimination(known), atWork(known), reliance(known)];
}

/** Women of its own making among those measured: then it is memory that the figures speak of. */
const remembered = ({ data }: Pick<Known, 'data'>): number =>
  data.selection.evaluated.training + data.selection.evaluated.validation;

/** An interval of no width says that all drawn women were alike, not that the figure is sure. */
function intervalOf(interval: Estimate['interval'], less = (share: number) => share): string {
  if (interval === null || interval[0] === interval[1]) return 'too few women for an interval';
  const [low, high] = interval.map(less).sort((a, b) => a - b);
  return `95 % interval ${hundredths(low!)} to ${hundredths(high!)}`;
}

function discrimination(known: Known): string {
  const { data, model, exam, machines } = known;
  const { withinMachines: found } = exam;
  const kinds = machines.known ? ` on ${countText(machines.machines.length, 'machine')}` : '';
  const measuredOn = `${countText(data.images, 'image')} of ${countText(data.patients, 'woman', 'women')}${kinds}`;
  const [negative, positive] = model.classes;
  const onOne = machines.known ? ' examined on the same machine' : '';
  const asked = `Of two women${onOne}, one labelled ${positive} and one ${negative}`;
  if (found.value === null)
    return `On ${measuredOn} it could not be measured how well the model tells them apart.`;
  return (
    `${asked}, the model gives the ${positive} one the higher probability ${hundredths(found.value)} times in ` +
    `100 (${intervalOf(found.interval)}; guessing gives 50), measured on ${measuredOn}: ` +
    `${judged(known)}.`
  );
}

function judged({ data, exam: { withinMachines: found }, protocol }: Known): string {
  if (protocol === 'by-image') return 'that is memory, as the same patients were among those it learnt from';
  const own = remembered({ data });
  if (own > 0) return `that is memory, as the model was made from ${numberText(own)} of these women`;
  return grade(found.value ?? 0, found.interval);
}

/** Sensitivity and specificity together above 1: less than this says next to nothing (Youden's index). */
const LEAST_GAIN = 0.1;
const FEWEST = 30;

/** Below this AUC a model tells a reader next to nothing. */
const WEAK = 0.7;

/** In words, by where the interval lies: a figure from few women is not called good. */
function grade(value: number, interval: [number, number] | null): string {
  const low = interval?.[0] ?? 0;
  if (low <= 0.5) return 'that cannot be told from guessing';
  if (value < WEAK) return 'that is weak';
  if (value < 0.8) return 'that is moderate, less than a radiologist reaches';
  if (value < 0.9) return 'that is good';
  return 'that is very good, and should be doubted until it is seen elsewhere';
}

function atWork({ exam, machines, model }: Known): string {
  const found =
    `At its operating point it finds ${hundredths(exam.sensitivity.value)} of 100 women labelled ` +
    `${model.classes[1]} (${intervalOf(exam.sensitivity.interval)}) and gives ` +
    `${hundredths(exam.specificity.value === null ? null : 1 - exam.specificity.value)} of 100 of the others a ` +
    `false alarm (${intervalOf(exam.specificity.interval, (share) => 1 - share)})`;
  const values = (of: 'sensitivity' | 'specificity') =>
    machines.machines.flatMap((machine) => machine[of].value ?? []);
  const [sensitivities, specificities] = [values('sensitivity'), values('specificity')];
  if (sensitivities.length < 2 || specificities.length < 2)
    return `${found}; how that differs between machines could not be measured.`;
  const range = (all: number[]) => `${hundredths(Math.min(...all))} to ${hundredths(Math.max(...all))}`;
  const apart =
    Math.max(...specificities) - Math.min(...specificities) > 0.2
      ? `: the point that suits one machine does not suit another`
      : '';
  return (
    `${found}; from machine to machine it finds ${range(sensitivities)} of 100 ${model.classes[1]} images and ` +
    `clears ${range(specificities)} of 100 others${apart}.`
  );
}

/** Why it is not to be relied on, the gravest reason. */
function reasonAgainst(known: Known): string | undefined {
  const { exam, protocol, shortcuts } = known;
  if (protocol === 'by-image' || remembered(known) > 0)
    return 'patients of its training are among those measured, so none of this says what it does for a new one';
  if ((exam.withinMachines.interval?.[0] ?? 0) <= 0.5)
    return 'it was not seen to know anything about these women';
  if (formlessAuc(shortcuts, 'input') !== undefined)
    return 'plain grey levels tell these images apart, so that none of this says what it does on others';
  if ((shortcuts.shortcuts.at(-1)!.auc.interval?.[0] ?? 0) > 0.55)
    return 'part of its answer comes from outside the breast';
  if ((exam.sensitivity.value ?? 0) + (exam.specificity.value ?? 0) - 1 < LEAST_GAIN)
    return 'its operating point does not fit these images';
  if (Math.min(exam.positives, exam.patients - exam.positives) < FEWEST)
    return `fewer than ${FEWEST} women of a kind were measured`;
  return undefined;
}

function reliance(known: Known): string {
  const { exam, localisation } = known;
  const why = reasonAgainst(known);
  const maps =
    localisation === null
      ? 'whether its heat maps point at lesions was not measured here'
      : (localisation.peakInLesion.interval?.[0] ?? 0) > (localisation.peakInLesion.chance ?? 1)
        ? `its heat map points into the lesion on ${hundredths(localisation.peakInLesion.value)} of 100 images with ` +
          `a known one (${intervalOf(localisation.peakInLesion.interval)}; by chance ` +
          `${hundredths(localisation.peakInLesion.chance)})`
        : `its heat map misses the lesion as a map by chance would (${hundredths(localisation.peakInLesion.value)} ` +
          `of 100 against ${hundredths(localisation.peakInLesion.chance)})`;
  if (why !== undefined) return `Do not rely on it: ${why}; ${maps}.`;
  if ((exam.withinMachines.value ?? 0) < WEAK) return `It is too weak to be of help to a reader: ${maps}.`;
  return (
    `It may be shown beside a reader’s own judgement, never in place of it: ${maps}, and a negative answer ` +
    `rules nothing out.`
  );
}
