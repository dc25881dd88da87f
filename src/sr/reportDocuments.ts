import { sopClass } from '../dicom/index.js';
import { absentViewsTitle, areOfSeveralDays, seriesTitle } from '../findings/index.js';
import { lacking, views } from './coverage.js';
import { type DocumentKind, srDocument } from './document.js';
import type { ReportInput } from './input.js';
import { tid1500MeasurementReport, tid4000MammographyCadReport } from './templates/index.js';

/** Which of the SR classes carries the TID 1500 tree: plain Comprehensive SR for archives that know no other. */
export type ResultReportClass = 'Comprehensive3DSR' | 'ComprehensiveSR';

/**
 * The result as a TID 1500 Imaging Measurement Report (PS3.16), a Part 10 file. Where `findings` is undefined it
 * is the "not processed" report.
 */
export function resultReport(input: ReportInput, options: { sopClass?: ResultReportClass } = {}): Uint8Array {
  const kind: DocumentKind = {
    sopClassUID: sopClass[options.sopClass ?? 'Comprehensive3DSR'],
    seriesDescription: seriesDescription('AI result', input),
  };
  return srDocument(kind, tid1500MeasurementReport(input), input);
}

/**
 * The result as a Mammography CAD SR with TID 4000 (PS3.16), a Part 10 file. Where `findings` is undefined it is
 * the "not processed" report.
 *
 * @throws ReportError `report-without-images` when the exam has no mammogram at all
 */
export function cadReport(input: ReportInput): Uint8Array {
  const kind: DocumentKind = {
    sopClassUID: sopClass.MammographyCADSR,
    seriesDescription: seriesDescription('AI CAD result', input),
  };
  return srDocument(kind, tid4000MammographyCadReport(input), input);
}

/** At most 64 characters: where more than one thing is to be said, the graver one, and the summary says both. */
function seriesDescription(kind: string, input: ReportInput): string {
  const { edition } = input;
  if (input.findings === undefined) return seriesTitle(kind, ': NOT PROCESSED', edition);
  const days = areOfSeveralDays(input.analysed) ? 'several days' : undefined;
  const part = lacking(input).length > 0 ? 'part of the exam' : (absentViewsTitle(views(input)) ?? days);
  return seriesTitle(kind, part === undefined ? '' : `, ${part}`, edition);
}
