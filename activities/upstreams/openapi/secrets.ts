/** What must not leave the worker: the operator's credentials, wherever an API repeats them. */

/** A shorter text is also in what is no secret; no credential worth the name is so short. */
const SHORTEST = 6;
const INSTEAD = '[secret]';
/** Headers that carry credentials, by their name. */
const TELLING = /auth|key|token|secret|cookie|passw|credential|session|signature/i;

export interface Secrets {
  add(secret: string): void;
  /** Adds what a header of the operator's carries: its value, and the value behind its scheme, `Bearer …`. */
  addHeader(name: string, value: string): void;
  /** The bytes without any of the secrets. */
  hidden(bytes: Buffer): Buffer;
  hiddenText(text: string): string;
}

export function createSecrets(): Secrets {
  /** Each as bytes may hold it: plain, in JSON, in an address, as Basic credentials. */
  const forms = new Set<string>();

  function add(secret: string): void {
    if (secret.length < SHORTEST) return;
    for (const form of [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64'),
    ])
      forms.add(Buffer.from(form).toString('latin1'));
  }

  function hidden(bytes: Buffer): Buffer {
    const found = [...forms].filter((form) => bytes.includes(form, 0, 'latin1'));
    if (found.length === 0) return bytes;
    // The longest first: one may be a part of another.
    const sorted = found.sort((a, b) => b.length - a.length);
    const text = sorted.reduce((rest, form) => rest.replaceAll(form, INSTEAD), bytes.toString('latin1'));
    return Buffer.from(text, 'latin1');
  }

  return {
    add,
    addHeader(name, value) {
      if (!TELLING.test(name)) return;
      add(value);
      add(value.slice(value.indexOf(' ') + 1));
    },
    hidden,
    hiddenText: (text) => hidden(Buffer.from(text)).toString(),
  };
}
