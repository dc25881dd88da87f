import { type MadeInstance, makeExam } from '../phantom/index.js';

/** The exam that the demo and the pictures in the documents show: four views of nobody, a mass in the left breast. */
export function demoExam(studyDate: Date): MadeInstance[] {
  const two = (value: number) => String(value).padStart(2, '0');
  return makeExam({
    seed: 'demo',
    rows: 2560,
    columns: 2048,
    composition: 'b',
    // DA in local time: a service looks at the last days only.
    date: `${studyDate.getFullYear()}${two(studyDate.getMonth() + 1)}${two(studyDate.getDate())}`,
    lesion: { laterality: 'L', kind: 'mass', depth: 0.55, lateral: 0.3, superior: 0.25, diameter: 14 },
  });
}
