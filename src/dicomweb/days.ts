import { PacsError } from './errors.js';

/** A range of study dates, both ends included, as DICOM DA values (`YYYYMMDD`). */
export interface Days {
  from: string;
  to: string;
}

const DAY_MS = 86_400_000;

/** @throws PacsError `pacs-settings` unless both are real dates in the right order */
export function days(from: string, to: string): Days {
  for (const day of [from, to]) {
    if (!/^\d{8}$/.test(day) || dayOf(timeOf(day)) !== day) {
      throw new PacsError('pacs-settings', `${JSON.stringify(day)} is not a date`, {
        remedy: 'Write YYYYMMDD.',
      });
    }
  }
  if (from > to) throw new PacsError('pacs-settings', `The range of dates ${from}-${to} is empty`);
  return { from, to };
}

/** The range in two halves, earlier first; undefined for a single day. */
export function halves({ from, to }: Days): [Days, Days] | undefined {
  if (from === to) return undefined;
  const middle = Math.floor((timeOf(from) + timeOf(to)) / 2 / DAY_MS) * DAY_MS;
  return [
    { from, to: dayOf(middle) },
    { from: dayOf(middle + DAY_MS), to },
  ];
}

/** As the value of a StudyDate query key (PS3.4 C.2.2.2.5). */
export function dateRange({ from, to }: Days): string {
  return from === to ? from : `${from}-${to}`;
}

export function within(day: string, { from, to }: Days): boolean {
  // ACR-NEMA dates, still met, have dots.
  const plain = day.replaceAll('.', '');
  return plain >= from && plain <= to;
}

function timeOf(day: string): number {
  return Date.UTC(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6, 8)));
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10).replaceAll('-', '');
}
