/** Notes that a client carries for us from one request to the next, so that any replica can go on. Signed, not secret. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { z } from 'zod';

/** What a note is for. One that was made for one purpose is worth nothing for another. */
type Purpose = 'session' | 'round' | 'question';

/** Signs notes and reads them back. */
export interface Seals {
  /** The note as visible ASCII. Put nothing in that the client may not read. */
  seal(purpose: Purpose, note: object): string;
  /** The note, or undefined when it is not ours, was made for something else, or was tampered with. */
  open<S extends z.ZodType>(purpose: Purpose, sealed: string, schema: S): z.output<S> | undefined;
}

/** Every gateway of a deployment needs the same `secret`. */
export function createSeals(secret: string): Seals {
  const mac = (purpose: Purpose, text: string): string =>
    createHmac('sha256', secret).update(`seal\0${purpose}\0${text}`).digest('base64url');

  return {
    seal(purpose, note) {
      const text = Buffer.from(JSON.stringify(note)).toString('base64url');
      return `${text}.${mac(purpose, text)}`;
    },

    open(purpose, sealed, schema) {
      const [text = '', signature = '', ...rest] = sealed.split('.');
      if (rest.length > 0) return undefined;
      const [given, due] = [Buffer.from(signature), Buffer.from(mac(purpose, text))];
      if (given.length !== due.length || !timingSafeEqual(given, due)) return undefined;
      return schema.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString())).data;
    },
  };
}
