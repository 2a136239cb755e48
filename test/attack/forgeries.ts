/** What an attacker makes of signed notes that came into their hands. */
import { createHash, createHmac } from 'node:crypto';

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** Secrets that somebody might have forgotten to change. */
const GUESSES = ['', 'secret', 'changeme', 'holdfast', 'holdfast-local', 'x'.repeat(32)];

export type Forgery = readonly [what: string, text: string];

/**
 * Forgeries of a note.
 *
 * @param others - notes of other kinds and callers
 */
export function forgeriesOf(note: string, others: readonly string[]): Forgery[] {
  const [text = '', signature = ''] = note.split('.');
  const zeros = 'A'.repeat(signature.length);
  return [
    ...flipped(note),
    ...Array.from({ length: note.length }, (_, length): Forgery => [`cut to ${length}`, note.slice(0, length)]),
    ...Array.from({ length: text.length }, (_, from): Forgery => [`cut from ${from + 1}`, note.slice(from + 1)]),
    ...others.flatMap((other): Forgery[] => {
      const [itsText = '', itsSignature = ''] = other.split('.');
      return [
        ['under the signature of another', `${text}.${itsSignature}`],
        ['with the text of another', `${itsText}.${signature}`],
        ['before another', `${note}.${other}`],
      ];
    }),
    ['without a signature', text],
    ['with an empty signature', `${text}.`],
    ['with zeros for a signature', `${text}.${zeros}`],
    ['with its text for a signature', `${text}.${text}`],
    ['with a hash for a signature', `${text}.${createHash('sha256').update(text).digest('base64url')}`],
    ['with a third part', `${note}.`],
    ['with a part before', `.${note}`],
    ['with a longer signature', `${note}A`],
    ['with a padded signature', `${note}=`],
    ['in lower case', note.toLowerCase()],
    ['unsigned', `${Buffer.from('{"alg":"none"}').toString('base64url')}.${text}.`],
    ...GUESSES.flatMap((secret) =>
      ['session', 'round', 'question'].map((purpose): Forgery => {
        const mac = createHmac('sha256', secret).update(`seal\0${purpose}\0${text}`).digest('base64url');
        return [`signed with ${JSON.stringify(secret)}`, `${text}.${mac}`];
      }),
    ),
  ];
}

/** Every bit of a note turned, the ones that it says and the ones that sign it. */
function flipped(note: string): Forgery[] {
  return Array.from(note).flatMap((character, at) => {
    const value = BASE64URL.indexOf(character);
    if (value < 0) return [];
    return Array.from({ length: 6 }, (_, bit): Forgery => {
      const other = BASE64URL.charAt(value ^ (1 << bit));
      return [`with bit ${bit} of character ${at} turned`, note.slice(0, at) + other + note.slice(at + 1)];
    });
  });
}
