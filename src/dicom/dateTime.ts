import { withoutPadding } from './padding.js';
import type { StudyIdentity } from './source.js';

const two = (value: number) => String(value).padStart(2, '0');

/** DA (PS3.5 §6.2) in local time: an archive's dates are its hospital's. */
export function dicomDate(at: Date): string {
  return `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
}

/** TM to the second (PS3.5 §6.2), in local time. */
export function dicomTime(at: Date): string {
  return `${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`;
}

/** When something was made, as an object says it. */
export interface MadeAt {
  /** DA and TM, to the second. */
  date: string;
  time: string;
  /** Timezone Offset From UTC (0008,0201) of every date and time in the object, e.g. `+0900`. */
  offset: string;
}

const TIMEZONE_OFFSET = '00080201';

/**
 * A moment in the time zone that the study's images say their dates and times are in, so that one offset holds for
 * theirs and ours; where they say none, in that of this process (TZ), which is the hospital's.
 */
export function madeAt(at: Date, { patientAndStudy }: Pick<StudyIdentity, 'patientAndStudy'>): MadeAt {
  const stated = patientAndStudy.find(({ tag }) => tag === TIMEZONE_OFFSET);
  const minutes =
    offsetMinutes(Buffer.from(stated?.bytes ?? []).toString('latin1')) ?? -at.getTimezoneOffset();
  const there = new Date(at.getTime() + minutes * 60_000);
  return {
    date: `${there.getUTCFullYear()}${two(there.getUTCMonth() + 1)}${two(there.getUTCDate())}`,
    time: `${two(there.getUTCHours())}${two(there.getUTCMinutes())}${two(there.getUTCSeconds())}`,
    offset: offsetText(minutes),
  };
}

/** Minutes east of UTC, from -1200 to +1400 (PS3.3 C.12.1); undefined for anything else. */
export function offsetMinutes(text: string): number | undefined {
  const match = /^([+-])(\d\d)([0-5]\d)$/.exec(withoutPadding(text, '\0').trim());
  if (match === null) return undefined;
  const minutes = (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
  return minutes >= -12 * 60 && minutes <= 14 * 60 ? minutes : undefined;
}

/** `-0000` is not allowed. */
function offsetText(minutes: number): string {
  const away = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(away / 60))}${two(away % 60)}`;
}
