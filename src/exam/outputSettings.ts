import { z } from 'zod';
import type { ExplainMethod } from './explanation.js';
import type { PictureOutput, ReportOutput } from './outputRow.js';
import { type ObjectKind, PICTURES, type PictureKind, REPORTS, type ReportKind } from './outputs.js';

const reportRows = Object.entries(REPORTS) as [ReportKind, ReportOutput][];
const pictureRows = Object.entries(PICTURES) as [PictureKind, PictureOutput][];

type PictureShape = {
  [Kind in PictureKind as (typeof PICTURES)[Kind]['key']]: (typeof PICTURES)[Kind]['setting'];
};
const pictureShape = Object.fromEntries(pictureRows.map(([, { key, setting }]) => [key, setting]));

/** What the settings say under `outputs`: made of the table's rows. */
export const outputSettings = z.strictObject({
  reports: z
    .array(z.enum(reportRows.map(([kind]) => kind)))
    // Without a report nothing would say that an exam could not be processed, and silence would read as negative.
    .min(1)
    .refine((kinds) => new Set(kinds).size === kinds.length, 'must not name a report twice')
    .default(reportRows.filter(([, { usual }]) => usual).map(([kind]) => kind))
    .describe('Structured reports to write, at least one'),
  notProcessed: z.boolean().default(true).describe('Also write a report when an exam cannot be processed'),
  ...(pictureShape as PictureShape),
});

export type OutputSettings = z.output<typeof outputSettings>;

/** The part of the settings that says what is written about an exam. */
export type ExamSettings = OutputSettings & { explain: ExplainMethod };

/** Every kind of object that is switched on. */
export function kindsInUse(settings: OutputSettings): ObjectKind[] {
  return [...settings.reports, ...picturesInUse(settings).map(({ kind }) => kind)];
}

/** A kind of picture that is switched on, with what its setting says. */
export interface PictureInUse {
  kind: PictureKind;
  row: PictureOutput;
  setting: unknown;
}

export function picturesInUse(settings: OutputSettings): PictureInUse[] {
  const said: Record<string, unknown> = settings;
  return pictureRows
    .map(([kind, row]) => ({ kind, row, setting: said[row.key] }))
    .filter(({ setting }) => setting !== 'off');
}
