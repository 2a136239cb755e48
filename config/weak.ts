/** Secrets that somebody else can guess: they are refused before anything rests on them. */
import { createHash } from 'node:crypto';

/** Fewest different characters. A secret of 32 random hex digits has fewer once in 28 million times. */
const DIFFERENT_MIN = 8;
/** A piece of at most this many characters, again and again, is no secret. */
const PIECE_MAX = 16;

/** What people write where a key is wanted, and keys that stood in examples and in the first compose stack. */
const KNOWN =
  'foo bar test testing demo example sample dummy default dev local none null undefined key api-key api_key apikey my-key ' +
  'your-key yourkey token secret mysecret supersecret topsecret s3cr3t password passwd passw0rd pass p@ssw0rd changeme change-me ' +
  'change_me changeit letmein qwerty $KEY <key> admin root user guest hello abc abc123 123 1234 12345 123456 1234567 12345678 ' +
  '123456789 1234567890 holdfast holdfast-local holdfast-key holdfast-secret holdfast-dev hf_ mcp temporal';
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
/** Lengths in which one letter is repeated for a key. */
const LENGTHS = [1, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64];

let hashes: ReadonlySet<string> | undefined;

/** Whether a SHA-256, in hex, is that of a text that anybody would try; the empty text is one, since an unset variable is that. */
export function isHashOfKnown(hash: string): boolean {
  hashes ??= new Set(
    [
      '',
      ...KNOWN.split(' '),
      ...Array.from(LETTERS).flatMap((letter) => LENGTHS.map((length) => letter.repeat(length))),
    ].map((text) => createHash('sha256').update(text).digest('hex')),
  );
  return hashes.has(hash);
}

/** Whether a secret has so little variety that it can be guessed, however long it is. */
export function isGuessable(secret: string): boolean {
  if (new Set(secret).size < DIFFERENT_MIN) return true;
  const lengths = Array.from({ length: PIECE_MAX }, (_, at) => at + 1);
  return lengths.some((length) => secret.slice(length) === secret.slice(0, -length));
}
