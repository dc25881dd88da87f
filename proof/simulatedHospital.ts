import {
  asUid,
  type SeriesInstanceUID,
  type SOPInstanceUID,
  type StandardView,
  type StudyInstanceUID,
} from '../src/dicom/index.js';
import type { Uniform } from '../src/random.js';
import type { ModelledImage } from './modelledExams.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** What is not as it should be with an exam, if anything. */
export type Oddity =
  /** One of its images comes when it may have been answered already. */
  | 'late'
  /** The file of its last image is lost until somebody mends it: it is listed, and cannot be had. It may come late. */
  | 'lost image'
  /** Another patient's image comes into the study; somebody may take it out again. */
  | 'second patient';

/** An exam's images as they arrive. */
export interface ModelledExam {
  studyInstanceUID: StudyInstanceUID;
  /** Its own patient's. */
  images: ModelledImage[];
  oddity: Oddity | undefined;
  /** The other patient's; `until`: taken out then. */
  foreign: { image: ModelledImage; until: number | undefined } | undefined;
  /** From a time before the days that are looked at: left to the backfill. */
  isOld: boolean;
}

const VIEWS: readonly StandardView[] = ['RCC', 'LCC', 'RMLO', 'LMLO'];

/**
 * Within the first two hours exams of four views and of two, some of which get another image hours later.
 *
 * @param images may be lost: an exam is not tried without end for them
 */
export function arrivingExams(
  count: number,
  random: Uniform,
  { mayLoseImages }: { mayLoseImages: boolean },
): ModelledExam[] {
  return Array.from({ length: count }, (_, place) => {
    const begin = random() * 2 * HOUR_MS;
    const image = imagesOf(1 + place);
    const views = random() < 0.75 ? VIEWS : VIEWS.slice(0, 2);
    const oddity = oddityOf(random(), mayLoseImages);
    const images = views.map((view, number) => image(view, number, begin + random() * 10 * MINUTE_MS));
    const later = begin + (0.3 + 1.5 * random()) * HOUR_MS;
    if (oddity === 'late' || (oddity === 'lost image' && random() < 0.5))
      images.push(image('LCC', views.length, later));
    const isTakenOut = random() < 0.6;
    const until = isTakenOut ? later + random() * HOUR_MS : undefined;
    return {
      studyInstanceUID: images[0]!.studyInstanceUID,
      images,
      oddity,
      foreign:
        oddity === 'second patient'
          ? { image: { ...image('LCC', views.length, later), patient: 'other' }, until }
          : undefined,
      isOld: false,
    };
  });
}

/** Exams of long ago, in the archive from the beginning. */
export function oldExams(count: number): ModelledExam[] {
  return Array.from({ length: count }, (_, place) => {
    const image = imagesOf(100 + place);
    const images = VIEWS.map((view, number) => image(view, number, 0));
    const { studyInstanceUID } = images[0]!;
    return { studyInstanceUID, images, oddity: undefined, foreign: undefined, isOld: true };
  });
}

/** @param drawn 0 to 1 */
function oddityOf(drawn: number, mayLoseImages: boolean): Oddity | undefined {
  if (drawn < 0.4) return 'late';
  if (drawn < 0.55) return 'second patient';
  return drawn < 0.7 && mayLoseImages ? 'lost image' : undefined;
}

/** Makes one exam's images. */
function imagesOf(exam: number): (view: StandardView, number: number, at: number) => ModelledImage {
  return (view, number, at) => ({
    studyInstanceUID: asUid<StudyInstanceUID>(`2.25.${exam}00`),
    seriesInstanceUID: asUid<SeriesInstanceUID>(`2.25.${exam}50`),
    sopInstanceUID: asUid<SOPInstanceUID>(`2.25.${exam}0${1 + number}`),
    view,
    patient: 'own',
    at,
  });
}
