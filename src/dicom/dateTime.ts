const two = (value: number) => String(value).padStart(2, '0');

/** DA (PS3.5 §6.2) in local time: an archive's dates are its hospital's. */
export function dicomDate(at: Date): string {
  return `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
}

/** TM (PS3.5 §6.2) in local time, to the second. */
export function dicomTime(at: Date): string {
  return `${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`;
}
