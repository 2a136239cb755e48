/** What the doctor finds out about one thing. */
export interface Finding {
  /** `doubt`: it works, and somebody should look at it. */
  readonly is: 'well' | 'doubt' | 'ill';
  readonly what: string;
  /** What to do when it is not well. */
  readonly advice?: string;
}

/** So many milliseconds in words: 40 s, 3 min, 5 h. */
export function spanText(ms: number): string {
  const s = Math.round(ms / 1_000);
  if (s < 120) return `${s} s`;
  return s < 7_200 ? `${Math.round(s / 60)} min` : `${Math.round(s / 3_600)} h`;
}
