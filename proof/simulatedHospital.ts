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

/** An exam's images as they arrive. */
export interface ModelledExam {
  studyInstanceUID: StudyInstanceUID;
  images: ModelledImage[];
  /** Of its images some come when it may have been answered already. */
  isLate: boolean;
}

const VIEWS: readonly StandardView[] = ['RCC', 'LCC', 'RMLO', 'LMLO'];

/** Within the first two hours exams of four views and of two, some of which get another image hours later. */
export function arrivingExams(count: number, random: Uniform): ModelledExam[] {
  return Array.from({ length: count }, (_, place) => {
    const studyInstanceUID = asUid<StudyInstanceUID>(`2.25.${1 + place}00`);
    const begin = random() * 2 * HOUR_MS;
    const views = random() < 0.75 ? VIEWS : VIEWS.slice(0, 2);
    const isLate = random() < 0.4;
    const image = (view: StandardView, number: number, at: number): ModelledImage => ({
      studyInstanceUID,
      seriesInstanceUID: asUid<SeriesInstanceUID>(`2.25.${1 + place}50`),
      sopInstanceUID: asUid<SOPInstanceUID>(`2.25.${1 + place}0${1 + number}`),
      view,
      at,
    });
    const images = views.map((view, number) => image(view, number, begin + random() * 10 * MINUTE_MS));
    if (isLate) images.push(image('LCC', views.length, begin + (0.3 + 1.5 * random()) * HOUR_MS));
    return { studyInstanceUID, images, isLate };
  });
}
