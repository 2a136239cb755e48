/**
 * When something was published. Only what is certainly a date is taken: JavaScript's own reader takes the 31st of February for
 * the 2nd of March, and a time without a zone for that of whoever reads it.
 */

/** Minutes before or after UTC. A name that several zones have, such as IST, is not here, unless one of them is meant nearly always. */
const ZONES: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries({
    0: 'Z UT UTC GMT WET',
    60: 'CET MET MEZ WEST BST',
    120: 'CEST MEST MESZ EET SAST',
    180: 'EEST MSK',
    420: 'WIB ICT',
    480: 'AWST HKT SGT PHT',
    540: 'JST KST',
    570: 'ACST',
    600: 'AEST',
    630: 'ACDT',
    660: 'AEDT',
    720: 'NZST',
    780: 'NZDT',
    '-180': 'BRT',
    '-240': 'EDT',
    '-300': 'EST CDT',
    '-360': 'CST MDT',
    '-420': 'MST PDT',
    '-480': 'PST AKDT',
    '-540': 'AKST',
    '-600': 'HST',
  }).flatMap(([minutes, names]) => names.split(' ').map((name) => [name, Number(minutes)])),
);

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** Earlier ones stand where a program knew no date, such as the year 1. */
const FIRST_YEAR = 1900;

const TIME =
  '(?<hour>\\d{1,2}):(?<minute>\\d{2})(?::(?<second>\\d{2})(?:[.,](?<fraction>\\d{1,9}))?)?\\s*(?<half>[ap]\\.?m\\.?)?';
const ZONE = '\\s*(?<zone>(?:[A-Z]{1,5})?\\s*[+-]\\d{1,2}(?::?\\d{2})?|[A-Z]{1,5})?(?:\\s*\\([^()]*\\))?';
const MONTH = '(?<name>[A-Za-z]{3,9})\\.?';
/** How dates are written: as ISO 8601, as in mail, as in the log of a server, as in American prose. */
const FORMS = [
  `(?<year>\\d{4})[-/](?<month>\\d{1,2})[-/](?<day>\\d{1,2})(?:(?:T|t|\\s+)${TIME}${ZONE})?`,
  '(?<year>\\d{4})(?<month>\\d{2})(?<day>\\d{2})(?:T(?<hour>\\d{2})(?<minute>\\d{2})(?<second>\\d{2})?(?<zone>Z|[+-]\\d{4})?)?',
  `(?:[A-Za-z]+\\.?,?\\s+)?(?<day>\\d{1,2})(?:st|nd|rd|th)?[\\s-]+${MONTH}[\\s,-]+(?<year>\\d{4}|\\d{2})(?:(?:,?\\s+(?:-\\s+|at\\s+)?)${TIME}${ZONE})?`,
  `[A-Za-z]{3}\\s+(?<name>[A-Za-z]{3})\\s+(?<day>\\d{1,2})\\s+${TIME}${ZONE}\\s+(?<year>\\d{4})`,
  `(?:[A-Za-z]+,?\\s+)?${MONTH}\\s+(?<day>\\d{1,2})(?:st|nd|rd|th)?,?\\s+(?<year>\\d{4})(?:(?:,?\\s+(?:-\\s+|at\\s+)?)${TIME}${ZONE})?`,
].map((form) => new RegExp(`^${form}$`, 'i'));
/** Longest text that is looked at, characters. */
const LONGEST = 80;

/** When something was published, ISO 8601, in UTC where no zone is given; undefined when the text is no date, or no possible one. */
export function dateOf(text: string | null | undefined): string | undefined {
  const given = text?.trim() ?? '';
  if (given.length > LONGEST) return undefined;
  for (const form of FORMS) {
    const found = form.exec(given)?.groups;
    if (found) return timeOf(found);
  }
  return undefined;
}

function timeOf(found: Readonly<Record<string, string | undefined>>): string | undefined {
  const number = (name: string): number => Number(found[name] ?? 0);
  const year = yearOf(found['year'] ?? '');
  const month =
    found['name'] === undefined ? number('month') : MONTHS.indexOf(found['name'].slice(0, 3).toLowerCase()) + 1;
  const hour = hourOf(number('hour'), found['half']);
  const offset = offsetOf(found['zone']);
  const [day, minute, second] = [number('day'), number('minute'), number('second')];
  if (
    month < 1 ||
    month > 12 ||
    year < FIRST_YEAR ||
    !(hour <= 24) ||
    minute > 59 ||
    second > 60 ||
    offset === undefined
  )
    return undefined;
  if (day < 1 || day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return undefined;
  if (hour === 24 && minute + second > 0) return undefined;
  const milliseconds = Math.floor(Number(`0.${found['fraction'] ?? 0}`) * 1_000);
  const time = Date.UTC(year, month - 1, day, hour, minute - offset, Math.min(second, 59), milliseconds);
  // The beginning of the time of computers is what programs write that know no date.
  return time === 0 ? undefined : new Date(time).toISOString();
}

/** The mail standard says which year two digits mean. */
function yearOf(digits: string): number {
  const year = Number(digits);
  if (digits.length > 2) return year;
  return year < 50 ? 2000 + year : 1900 + year;
}

function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return NaN;
  return (hour % 12) + (half.toLowerCase().startsWith('p') ? 12 : 0);
}

/** Minutes from UTC; undefined for a zone that is not known, since its time would be made up. */
function offsetOf(zone: string | undefined): number | undefined {
  const given = zone?.toUpperCase().replace(/\s/g, '') ?? '';
  const [, name = '', sign, hours, minutes = '0'] = /^([A-Z]*)(?:([+-])(\d{1,2}):?(\d{2})?)?$/.exec(given) ?? [];
  if (sign === undefined) return name === '' ? 0 : ZONES[name];
  if (!['', 'GMT', 'UTC', 'UT'].includes(name) || Number(hours) > 14 || Number(minutes) > 59) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
