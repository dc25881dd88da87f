import { groupByCase } from '../../dataset/index.js';
import { type BootstrapOptions, type Estimate, mean, withIntervals } from '../statistics/index.js';
import { BEST_PLACES, CHANCE_DRAWS, type LocatedImage, type Marks } from './located.js';

/** A figure and what chance would give on the same images. */
export interface BesideChance extends Estimate {
  chance: number | null;
}

/** Whether the heat maps point at malignant lesions. */
export interface Localisation {
  /** Images with a malignant box, their patients and boxes. */
  images: number;
  patients: number;
  lesions: number;
  /** Images besides them whose marks are all false, for FROC: negative or benign ones. */
  others: number;
  /** Images with a malignant box whose map has no heat at all: they count as misses. */
  flat: number;
  /** Share of images whose map's highest place lies in a malignant box, widened by one place of the map. */
  peakInLesion: BesideChance;
  /** Mean share of an image's best places that lie in one. */
  hitsOfBest: ({ places: number } & BesideChance)[];
  /** Mean intersection over union of the region (half of the maximum) and the box. */
  overlap: BesideChance;
  /** Share of lesions with a mark, where so many false marks are made per image. */
  froc: ({ marksPerImage: number } & BesideChance)[];
}

/** Marks per image at which FROC is read. */
const RATES = [0.25, 0.5, 1, 2] as const;

/**
 * Figures of all images whose lesions are known: those with a malignant box, and for false marks those without cancer.
 *
 * @returns undefined where no image has a malignant box
 */
export function localisationOf(
  located: readonly LocatedImage[],
  options: BootstrapOptions,
): Localisation | undefined {
  const boxed = located.filter(({ lesions }) => lesions > 0);
  if (boxed.length === 0) return undefined;
  const average = (of: (one: LocatedImage) => number) => (sample: readonly LocatedImage[]) =>
    mean(sample.map(of));
  const pointed = withIntervals(
    boxed,
    named(BEST_PLACES, (_, index) => average(({ hits }) => hits![index]!)),
    options,
  );
  const { overlap } = withIntervals(boxed, { overlap: average((one) => one.overlap!) }, options);
  const froc = withIntervals(
    located,
    named(
      RATES,
      (rate) => (sample: readonly LocatedImage[]) =>
        sensitivityAtRate(
          sample.map(({ marks }) => marks),
          rate,
        ),
    ),
    options,
  );
  const chance = average(({ chance: share }) => share!)(boxed);
  const drawn = Array.from({ length: CHANCE_DRAWS }, (_, draw) =>
    located.map(({ marksByChance }) => marksByChance[draw]!),
  );
  return {
    images: boxed.length,
    patients: groupByCase(boxed).size,
    lesions: boxed.reduce((sum, { lesions }) => sum + lesions, 0),
    others: located.length - boxed.length,
    flat: boxed.filter(({ flat }) => flat).length,
    peakInLesion: { ...pointed['1']!, chance },
    hitsOfBest: BEST_PLACES.map((places) => ({ places, ...pointed[String(places)]!, chance })),
    overlap: { ...overlap, chance: average(({ overlapByChance }) => overlapByChance!)(boxed) },
    froc: RATES.map((rate) => ({
      marksPerImage: rate,
      ...froc[String(rate)]!,
      chance: mean(drawn.map((marks) => sensitivityAtRate(marks, rate))),
    })),
  };
}

function named<Made>(
  keys: readonly number[],
  make: (key: number, index: number) => Made,
): Record<string, Made> {
  return Object.fromEntries(keys.map((key, index) => [String(key), make(key, index)]));
}

/**
 * Free-response operating characteristic (Bunch et al. 1978): the share of lesions that carry a mark, at the lowest
 * threshold with no more than `rate` false marks per image.
 */
export function sensitivityAtRate(images: readonly Marks[], rate: number): number {
  const falseMarks = Float64Array.from(images.flatMap((image) => image.falseMarks)).sort();
  const allowed = Math.floor(rate * images.length + 1e-9);
  // The strongest false mark that is one too many: only what is stronger is shown.
  const threshold = falseMarks[falseMarks.length - 1 - allowed] ?? 0;
  let [lesions, found] = [0, 0];
  for (const image of images)
    for (const best of image.lesions) {
      lesions++;
      if (best > threshold) found++;
    }
  return found / lesions;
}
