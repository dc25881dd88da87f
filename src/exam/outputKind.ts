import type { LeftOut, SOPClassUID } from '../dicom/index.js';
import type { ObjectKind, ReportKind } from '../outputKinds.js';
import type { ReportInput, SecondaryCaptureReference } from '../sr/index.js';
import type { ExplainedImage } from './explanation.js';
import type { ExamObject, ExamSettings, Preview } from './types.js';
import type { ExamWork } from './workbench.js';

/** What every kind of object has. */
interface OutputRow<Kind extends ObjectKind> {
  /** Its name in the settings, the ledger and result files. */
  kind: Kind;
  sopClassUID: SOPClassUID;
  /** Series Number (0020,0011): results sort behind a study's own series in every viewer. */
  seriesNumber: number;
  isOn(settings: ExamSettings): boolean;
}

/** One object about an exam, whether it could be processed or not. */
export interface ReportOutput extends OutputRow<ReportKind> {
  per: 'exam';
  /** The Part 10 file; a "not processed" report where the input has no findings. */
  build(input: ReportInput): Uint8Array;
  /** Whether it can say that an exam was not processed of which this was left out. */
  canTell(leftOut: LeftOut[]): boolean;
}

/** A Secondary Capture, and what a report needs to refer to it. */
export type CaptureObject = ExamObject & SecondaryCaptureReference;

/** One object per analysed image; reports refer to it. */
export interface PictureOutput extends OutputRow<Exclude<ObjectKind, ReportKind>> {
  per: 'image';
  draw(
    output: PictureOutput,
    explained: ExplainedImage[],
    work: ExamWork,
  ): Promise<{ objects: CaptureObject[]; previews: Preview[] }>;
}
