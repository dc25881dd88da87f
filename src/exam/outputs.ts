import { z } from 'zod';
import { sopClass } from '../dicom/index.js';
import { OVERVIEW_TILE } from '../pictures/index.js';
import { cadReport, resultReport, unansweredMammograms } from '../sr/index.js';
import { drawCaptures } from './captures.js';
import { drawExamOverview } from './examOverview.js';
import { markImages } from './marks.js';
import { orOff, type PictureOutput, picture, type ReportOutput } from './outputRow.js';

/*
 * Everything that can be written about an exam, a row each, under the name that ledger, log and result files have for
 * it. A new kind is a row here and its builder in `sr/` or `pictures/`: its key in the settings, its UIDs, its files
 * and previews, what demo and analyze show of it and the conformance statement's list all go by the row.
 */

/** Structured reports. Their names stand in the settings too. */
export const REPORTS = {
  tid1500: {
    sopClassUID: sopClass.Comprehensive3DSR,
    seriesNumber: 9801,
    usual: true,
    build: (input) => resultReport(input),
    canTell: () => true,
  },
  'mammography-cad': {
    sopClassUID: sopClass.MammographyCADSR,
    seriesNumber: 9802,
    usual: false,
    build: cadReport,
    // It has to list a mammogram: of an exam without any it can say nothing.
    canTell: (leftOut) => unansweredMammograms({ leftOut }).length > 0,
  },
} satisfies Record<string, ReportOutput>;

/** What is drawn of analysed images. */
export const PICTURES = {
  'secondary-capture': picture({
    sopClassUID: sopClass.SecondaryCapture,
    seriesNumber: 9803,
    key: 'secondaryCapture',
    setting: orOff(
      z.strictObject({
        longEdge: z.int().min(512).max(4096).default(1760).describe('Of the heat map pictures, in pixels'),
      }),
    )
      .prefault({})
      .describe('Heat map pictures, or off'),
    illustrates: true,
    displayLongEdge: ({ longEdge }) => longEdge,
    draw: drawCaptures,
  }),
  'presentation-state': picture({
    sopClassUID: sopClass.GrayscaleSoftcopyPresentationState,
    seriesNumber: 9851,
    key: 'presentationState',
    setting: orOff(z.enum(['positive', 'all']))
      .default('positive')
      .describe('Marks on the original images: on positive ones, on all, or off'),
    illustrates: false,
    displayLongEdge: () => 0,
    draw: markImages,
  }),
  overview: picture({
    sopClassUID: sopClass.SecondaryCapture,
    seriesNumber: 9891,
    key: 'overview',
    setting: orOff(z.union([z.literal('on'), z.literal(true).transform(() => 'on' as const)]))
      .default('off')
      .describe('One picture of the four views side by side, each with its heat map: on, or off'),
    illustrates: false,
    displayLongEdge: () => OVERVIEW_TILE,
    draw: drawExamOverview,
  }),
};

export type ReportKind = keyof typeof REPORTS;
export type PictureKind = keyof typeof PICTURES;
export type ObjectKind = ReportKind | PictureKind;

/** All rows, in the order in which the objects of an exam are written. */
export const OUTPUTS: Readonly<Record<ObjectKind, ReportOutput | PictureOutput>> = {
  ...REPORTS,
  ...PICTURES,
};
