import {
  asUid,
  type SeriesInstanceUID,
  type SOPInstanceUID,
  type StandardView,
  type StudyInstanceUID,
} from '../src/dicom/index.js';
import type { Uniform } from '../src/random.js';
import { KINDS, type ModelledImage } from './modelledExams.js';
import { LOOKBACK_DAYS } from './simulatedPoller.js';

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
  studyDate: string;
  /** From a time before the days that are looked at: nobody sees it unless it is ordered. */
  isOld: boolean;
  /** How it was answered before the story begins, if it was: with other settings, or without a kind of object. */
  former: { by: string; kinds: readonly (typeof KINDS)[number][] } | undefined;
}

/** An exam that is there when the story begins. */
interface Before {
  daysAgo: number;
  former: ModelledExam['former'];
}

/** Left to a backfill; to both orders; to a reprocessing; and seen by the look-out as well. */
const BEFORE: readonly Before[] = [
  ...[40, 41, 41, 42].map((daysAgo) => ({ daysAgo, former: undefined })),
  { daysAgo: 41, former: { by: 'former', kinds: KINDS } },
  { daysAgo: 44, former: { by: 'one', kinds: ['tid1500', 'secondary-capture'] } },
  { daysAgo: 1, former: { by: 'former', kinds: KINDS } },
];

/** First and last day of those that nobody has answered, and of those that somebody has, in days ago. */
export const TO_BACKFILL = { from: 42, to: 40 };
export const TO_REPROCESS = { from: 44, to: 0 };

const VIEWS: readonly StandardView[] = ['RCC', 'LCC', 'RMLO', 'LMLO'];

/**
 * Within the first two hours exams of four views and of two, some of which get another image hours later.
 *
 * @param images may be lost: an exam is not tried without end for them
 */
export function arrivingExams(
  count: number,
  random: Uniform,
  { mayLoseImages, studyDate }: { mayLoseImages: boolean; studyDate: string },
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
      studyDate,
      isOld: false,
      former: undefined,
    };
  });
}

/** Exams that are in the archive from the beginning. @param dateOf of so many days ago */
export function earlierExams(dateOf: (daysAgo: number) => string): ModelledExam[] {
  return BEFORE.map(({ daysAgo, former }, place) => {
    const image = imagesOf(100 + place);
    const images = VIEWS.map((view, number) => image(view, number, 0));
    const { studyInstanceUID } = images[0]!;
    const isOld = daysAgo > LOOKBACK_DAYS;
    const studyDate = dateOf(daysAgo);
    return { studyInstanceUID, images, oddity: undefined, foreign: undefined, studyDate, isOld, former };
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
