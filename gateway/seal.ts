/** Notes that a client carries for us from one request to the next, so that any replica can go on. Signed, not secret. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { z } from 'zod';

/** What a note is for. One that was made for one purpose is worth nothing for another. */
type Purpose = 'session' | 'round' | 'reading' | 'question';

/** Signs notes and reads them back. */
export interface Seals {
  /** The note as visible ASCII. Put nothing in that the client may not read. */
  seal(purpose: Purpose, note: object): string;
  /** The note, or undefined when it is not ours, was made for something else, or was tampered with. */
  open<S extends z.ZodType>(purpose: Purpose, sealed: string, schema: S): z.output<S> | undefined;
}

/**
 * Every gateway of a deployment needs the same secrets.
 *
 * @param previousSecret - the secret before this one: notes that it has signed are still taken
 */
export function createSeals(secret: string, previousSecret?: string): Seals {
  const secrets = previousSecret === undefined ? [secret] : [secret, previousSecret];
  const mac = (by: string, purpose: Purpose, text: string): string =>
    createHmac('sha256', by).update(`seal\0${purpose}\0${text}`).digest('base64url');

  return {
    seal(purpose, note) {
      const text = Buffer.from(JSON.stringify(note)).toString('base64url');
      return `${text}.${mac(secret, purpose, text)}`;
    },

    open(purpose, sealed, schema) {
      const [text = '', signature = '', ...rest] = sealed.split('.');
      if (rest.length > 0) return undefined;
      const given = Buffer.from(signature);
      const isOurs = secrets.some((by) => {
        const due = Buffer.from(mac(by, purpose, text));
        return given.length === due.length && timingSafeEqual(given, due);
      });
      if (!isOurs) return undefined;
      return schema.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString())).data;
    },
  };
}
