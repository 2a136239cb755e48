/** Times as the settings of upstreams have them. */

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90 s` or `10 minutes`, in milliseconds. */
export function millisecondsIn(text: string): number {
  const [, number = '', unit = ''] = /^([\d.]+) ?([a-z]+)$/.exec(text) ?? [];
  const factor = unit === 'ms' ? 1 : UNITS[unit.charAt(0)];
  if (factor === undefined) throw new Error(`${text} is no time such as 90 s or 10 minutes.`);
  return Number(number) * factor;
}
