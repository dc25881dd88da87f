/** The machine's time zone, as its clock goes now: `Europe/Berlin, UTC+01:00`. */
export function zoneText(now = new Date()): string {
  const minutes = -now.getTimezoneOffset();
  const two = (value: number) => String(value).padStart(2, '0');
  const offset = `${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
  return `${Intl.DateTimeFormat().resolvedOptions().timeZone}, UTC${offset}`;
}
