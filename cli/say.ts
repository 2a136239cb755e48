/** Tells the person at the terminal what is going on, in one line. */
export type Say = (line: string) => void;
