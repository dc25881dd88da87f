import { InvalidArgumentError } from 'commander';

/** Days and moments as options give them; commander says which option was wrong. */

/** A DICOM date. @throws InvalidArgumentError */
export function dicomDay(text: string): string {
  const plain = text.replaceAll('-', '');
  if (!/^(\d{4}-\d\d-\d\d|\d{8})$/.test(text) || !isDay(dashed(plain)))
    throw new InvalidArgumentError('a date such as 2025-01-31 is needed');
  return plain;
}

/** A date, or a date and a time of day; local time unless it names its zone. @throws InvalidArgumentError */
export function moment(text: string): Date {
  const [day = ''] = /^\d{4}-\d\d-\d\d/.exec(text) ?? [];
  const date = new Date(text === day ? `${text}T00:00` : text);
  if (!isDay(day) || Number.isNaN(date.getTime()))
    throw new InvalidArgumentError('a date such as 2026-03-01, or 2026-03-01T10:00, is needed');
  return date;
}

/** A DICOM date as people write it: `2025-01-31`. */
export function dashed(day: string): string {
  return `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`;
}

/** JavaScript takes the 31st of February for the 3rd of March. */
function isDay(dashedDay: string): boolean {
  const time = Date.parse(`${dashedDay}T00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(dashedDay);
}
