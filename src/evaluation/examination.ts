import { type CopyForm, readPicture } from '../dataset/index.js';
import type { StandardView } from '../dicom/index.js';
import {
  type BreastMask,
  breastMask,
  type ImplausibilityCode,
  type InputGeometry,
  implausibility,
  ORIENTATIONS,
  oriented,
  type PreparationStep,
  prepareGrey,
  reducedImage,
} from '../image/index.js';
import {
  asItLies,
  canonical,
  type Fingerprint,
  fingerprintOf,
  type PictureStatistics,
  type PlainFigures,
  pictureStatisticsOf,
  plainFiguresOf,
  turns,
  withoutBackground,
  withoutBreast,
} from './shortcuts/index.js';

export interface ExaminationTask {
  /** Absolute path. */
  path: string;
  /** As the labels file names it. */
  file: string;
  /** The form in which a copy of it is examined, where it is one. */
  copy?: CopyForm | undefined;
  /** Where the labels tell side and view. */
  view?: StandardView | undefined;
  steps: PreparationStep[];
  /**
   * What is wanted besides the network's input: its place and the fingerprint (`plain`), all for the shortcut checks
   * too, or the fingerprint alone.
   */
  wanted: 'input' | 'plain' | 'everything' | 'fingerprint';
}

/** All that an evaluation needs of one image. Plain data: crosses threads. */
export interface Examination {
  /** As the service would prepare it. Empty where only the fingerprint was wanted. */
  input: Float32Array;
  /** Different inputs of the image in other forms; `input` itself is the first. */
  variants: Float32Array[];
  /** Where in `variants` each form is. */
  forms:
    | {
        asItLies: number;
        canonical: number;
        withoutBreast: number;
        withoutBackground: number;
        orientations: number[];
      }
    | undefined;
  figures: PlainFigures | undefined;
  statistics: PictureStatistics | undefined;
  fingerprint: Fingerprint | undefined;
  /** Where `input` and the breast lie on the image; with `plain` and `everything`. */
  place:
    | { geometry: InputGeometry; mask: BreastMask; implausible: ImplausibilityCode | undefined }
    | undefined;
}

/** Reads an image and prepares it, and all its other forms that the shortcut checks ask for. */
export async function examine(task: ExaminationTask): Promise<Examination> {
  const grey = await readPicture(task);
  if (task.wanted === 'fingerprint')
    return {
      input: new Float32Array(),
      variants: [],
      forms: undefined,
      figures: undefined,
      statistics: undefined,
      fingerprint: fingerprintOf(grey, 'one'),
      place: undefined,
    };
  const { input, geometry } = prepareGrey(grey, task.steps);
  if (task.wanted === 'input')
    return {
      input,
      variants: [input],
      forms: undefined,
      figures: undefined,
      statistics: undefined,
      fingerprint: undefined,
      place: undefined,
    };

  const reduced = reducedImage(grey);
  const mask = breastMask(grey, reduced);
  const implausible = implausibility({ image: grey, reduced, mask, view: task.view })?.code;
  const place = { geometry, mask, implausible };
  if (task.wanted === 'plain')
    return {
      input,
      variants: [input],
      forms: undefined,
      figures: undefined,
      statistics: undefined,
      fingerprint: fingerprintOf(grey),
      place,
    };
  const variants = [input];
  const placeOf = (variant: Float32Array): number => {
    const known = variants.findIndex((other) => sameValues(other, variant));
    return known >= 0 ? known : variants.push(variant) - 1;
  };
  const turning = task.steps.some(turns);
  const forms = {
    asItLies: turning ? placeOf(asItLies(grey, task.steps)) : 0,
    canonical: turning ? 0 : placeOf(canonical(grey, task.steps, mask)),
    withoutBreast: placeOf(withoutBreast(grey, mask, task.steps, geometry)),
    withoutBackground: placeOf(withoutBackground(grey, mask, task.steps)),
    orientations: ORIENTATIONS.map((orientation) => {
      if (!orientation.flip && orientation.quarterTurns === 0) return 0;
      const turned = oriented(grey.pixels, grey.rows, grey.columns, orientation);
      return placeOf(prepareGrey(turned, task.steps).input);
    }),
  };
  return {
    input,
    variants,
    forms,
    figures: plainFiguresOf(grey, mask, input, geometry),
    statistics: pictureStatisticsOf(grey, mask, {
      values: variants[forms.canonical]!,
      rows: geometry.inputRows,
      columns: geometry.inputColumns,
    }),
    fingerprint: fingerprintOf(grey),
    place,
  };
}

function sameValues(a: Float32Array, b: Float32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
