import { setImmediate as nextTurn } from 'node:timers/promises';
import { sopClass } from '../dicom/index.js';
import { OBJECT_KINDS, type ObjectKind, type ReportKind } from '../outputKinds.js';
import { cadReport, resultReport, unansweredMammograms } from '../sr/index.js';
import { drawCaptures } from './captures.js';
import type { ExplainedImage } from './explanation.js';
import type { CaptureObject, PictureOutput, ReportOutput } from './outputKind.js';
import { type ReportSubject, writeReport } from './reports.js';
import type { ExamObject, Preview } from './types.js';
import type { ExamWork } from './workbench.js';

/**
 * Everything that can be written about an exam, a row each. A new kind takes a name in `outputKinds.ts`, without whose
 * row this does not compile, and its builder; settings, ledger, files, previews and predecessors go by the row.
 */
export const OUTPUTS: { [Kind in ObjectKind]: Kind extends ReportKind ? ReportOutput : PictureOutput } = {
  tid1500: {
    kind: 'tid1500',
    sopClassUID: sopClass.Comprehensive3DSR,
    seriesNumber: 9801,
    per: 'exam',
    isOn: ({ reports }) => reports.includes('tid1500'),
    build: (input) => resultReport(input),
    canTell: () => true,
  },
  'mammography-cad': {
    kind: 'mammography-cad',
    sopClassUID: sopClass.MammographyCADSR,
    seriesNumber: 9802,
    per: 'exam',
    isOn: ({ reports }) => reports.includes('mammography-cad'),
    build: cadReport,
    // It has to list a mammogram: of an exam without any it can say nothing.
    canTell: (leftOut) => unansweredMammograms({ leftOut }).length > 0,
  },
  'secondary-capture': {
    kind: 'secondary-capture',
    sopClassUID: sopClass.SecondaryCapture,
    seriesNumber: 9803,
    per: 'image',
    isOn: ({ secondaryCapture }) => secondaryCapture !== undefined,
    draw: drawCaptures,
  },
};

const ROWS: (ReportOutput | PictureOutput)[] = OBJECT_KINDS.map((kind) => OUTPUTS[kind]);

/** The objects per image of every kind that is switched on. */
export async function writePictures(
  explained: ExplainedImage[],
  work: ExamWork,
): Promise<{ objects: CaptureObject[]; previews: Preview[] }> {
  const objects: CaptureObject[] = [];
  const previews: Preview[] = [];
  for (const output of ROWS) {
    if (output.per !== 'image' || !output.isOn(work.bench.settings)) continue;
    const drawn = await output.draw(output, explained, work);
    objects.push(...drawn.objects);
    previews.push(...drawn.previews);
  }
  return { objects, previews };
}

/** The reports of every kind that is switched on and can tell of the exam, in the settings' order. */
export async function writeReports(subject: ReportSubject, work: ExamWork): Promise<ExamObject[]> {
  const objects: ExamObject[] = [];
  for (const kind of work.bench.settings.reports) {
    const output = OUTPUTS[kind];
    if (subject.findings === undefined && !output.canTell(subject.leftOut)) continue;
    objects.push(writeReport(output, subject, work));
    // A report takes some milliseconds: the event loop turns between them.
    await nextTurn();
  }
  return objects;
}
