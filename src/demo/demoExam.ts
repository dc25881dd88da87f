import { dicomDate } from '../dicom/index.js';
import { type MadeInstance, makeExam } from '../phantom/index.js';

/**
 * The exam that the demo and the pictures in the documents show: four views of an invented patient, a mass in the left
 * breast.
 */
export function demoExam(studyDate: Date): MadeInstance[] {
  return makeExam({
    seed: 'demo',
    rows: 2560,
    columns: 2048,
    composition: 'b',
    // A service looks at the last days only.
    date: dicomDate(studyDate),
    lesion: { laterality: 'L', kind: 'mass', depth: 0.55, lateral: 0.3, superior: 0.25, diameter: 14 },
  });
}
