/** What a project's bundle is for, which its own text says; and what a test asks of its jobs. */
export const mode = {
  /** Whether tests may have the time of its jobs pass. */
  timePasses: false,
};

/** The update that has so many milliseconds pass. */
export const PASS = 'holdfastPass';
