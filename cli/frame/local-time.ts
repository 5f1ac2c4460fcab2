const PARTS = {
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'longOffset',
} as const;

const HERE = new Intl.DateTimeFormat('en', PARTS);

/**
 * `2026-11-24 09:00:00 +01:00`: a time for a person, in this machine's zone (`TZ`) or `timeZone` (IANA).
 * Empty for `undefined`.
 */
export function localTime(time: string | number | Date | undefined, timeZone?: string): string {
  if (time === undefined) return '';
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return String(time);
  const format = timeZone === undefined ? HERE : new Intl.DateTimeFormat('en', { ...PARTS, timeZone });
  const part = Object.fromEntries(format.formatToParts(date).map(({ type, value }) => [type, value]));
  // UTC has no offset in this form: it is "GMT" alone.
  const offset = part.timeZoneName?.replace('GMT', '') || '+00:00';
  return `${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute}:${part.second} ${offset}`;
}
