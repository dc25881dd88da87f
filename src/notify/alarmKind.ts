/** What an alarm can be about, in the order in which a message tells it: what explains others comes first. */
export const ALARM_KINDS = [
  'credentials',
  'pacsDown',
  'ledger',
  'disk',
  'audit',
  'paused',
  'waiting',
  'failures',
  'partial',
  'nothingNew',
  'certificate',
] as const;

export type AlarmKind = (typeof ALARM_KINDS)[number];
