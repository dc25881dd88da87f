import { z } from 'zod';
import type {
  Algorithm,
  LeftOut,
  ResultUids,
  SOPClassUID,
  SOPInstanceUID,
  SourceInstance,
} from '../dicom/index.js';
import type { ImageName, ViewsInStudy } from '../findings/index.js';
import type { Bundle } from '../model/index.js';
import type { OverlayPool, RgbImage } from '../pictures/index.js';
import type { ReportInput } from '../sr/index.js';
import type { ExplainedImage, ExplainMethod } from './explanation.js';

/** What every kind of object has. */
interface OutputRow {
  sopClassUID: SOPClassUID;
  /**
   * Series Number (0020,0011), one for each kind: results sort behind a study's own series in every viewer. Of pictures
   * the first one's, where the mammograms' own numbers are lower (`pictureSeriesNumbers`).
   */
  seriesNumber: number;
}

/** One document about an exam, whether it could be processed or not; switched on by its name in `outputs.reports`. */
export interface ReportOutput extends OutputRow {
  /** Written where the settings do not say which reports. */
  usual: boolean;
  /** The Part 10 file; a "not processed" report where the input has no findings. */
  build(input: ReportInput): Uint8Array;
  /** Whether it can say that an exam was not processed of which this was left out. */
  canTell(leftOut: LeftOut[]): boolean;
}

/** What a setting says where its kind of object is switched on. */
export type On<Setting extends z.ZodType> = Exclude<z.output<Setting>, 'off'>;

/** Objects that show what was found in analysed images: one of each image, or one of all of them. */
export interface PictureOutput<Key extends string = string, Setting extends z.ZodType = z.ZodType>
  extends OutputRow {
  /** Its key under `outputs` in the settings, and what may stand there (`orOff`). */
  key: Key;
  setting: Setting;
  /** Whether reports refer to its objects as pictures of the images that they speak of. */
  illustrates: boolean;
  /**
   * Long edge in pixels that an image's `display` must have to be drawn from; 0 where it is not looked at. Another kind
   * may ask for a larger one, which all of them get.
   */
  displayLongEdge(setting: On<Setting>): number;
  draw(explained: ExplainedImage[], work: PictureWork<On<Setting>>): Promise<DrawnObject[]>;
}

/** What the objects of one kind are drawn with. */
export interface PictureWork<Setting> {
  setting: Setting;
  bundle: Bundle;
  explain: ExplainMethod;
  /** Which standard views the study holds: what it lacks is said wherever its answer is. */
  views: ViewsInStudy;
  /** What of the exam has no answer, in words, for the same places. */
  unanswered: string | undefined;
  /** What an image is called, as the reports call it. */
  nameOf(source: SourceInstance): ImageName;
  /** Images whose view was taken again on a later day: no breast's number has them in it. */
  earlier: ReadonlySet<SOPInstanceUID>;
  overlays: OverlayPool;
  algorithm: Algorithm;
  createdAt: Date;
  /** Of the first object; the next has the next. */
  seriesNumber: number;
  /** Which of several sets of results about the study, from 1; left out: the first. */
  edition?: number | undefined;
  /** Names of a new object of this kind: of one image's, or, without a source, of the one about all of them. */
  uids(sourceInstanceUID?: SOPInstanceUID): ResultUids;
  /** Also the pictures themselves are asked for. */
  previewWanted: boolean;
}

export interface DrawnObject {
  uids: ResultUids;
  /** The image that it shows; undefined where it shows several. */
  source: SourceInstance | undefined;
  /** A file name without its ending and without patient data, no other object's of the exam, e.g. `LCC-1`. */
  name: string;
  /** The Part 10 file. */
  bytes: Uint8Array;
  preview: RgbImage | undefined;
}

/** A row with the type of its own setting. */
export function picture<Key extends string, Setting extends z.ZodType>(
  row: PictureOutput<Key, Setting>,
): PictureOutput<Key, Setting> {
  return row;
}

/** A setting that can also be `off`; YAML has that word for false. */
export function orOff<Setting extends z.ZodType>(setting: Setting) {
  return z.union([z.literal('off'), z.literal(false).transform(() => 'off' as const), setting]);
}
