/*
 * The names of what can be written about an exam, as the settings, the ledger and result files have them. They stand by
 * themselves because the settings must not know the room that writes (`exam/outputs.ts` has a row for each).
 */

/** Structured reports, one of each about an exam. */
export const REPORT_KINDS = ['tid1500', 'mammography-cad'] as const;

/** All kinds of object. */
export const OBJECT_KINDS = [...REPORT_KINDS, 'secondary-capture'] as const;

export type ReportKind = (typeof REPORT_KINDS)[number];
export type ObjectKind = (typeof OBJECT_KINDS)[number];
