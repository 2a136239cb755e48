/** Reads a reply's JSON. A stranger wrote it: call it by `reading`. */

/** How deep it may be nested. What is deeper stays text: others would have to descend into it. */
const DEPTH_MAX = 200;

export type ReplyJson = { readonly value: unknown } | undefined;

/** @returns undefined when it is no JSON, or too deep */
export function replyJson({ body }: { readonly body: Uint8Array }): ReplyJson {
  const text = Buffer.from(body).toString();
  if (depthOf(text) > DEPTH_MAX) return undefined;
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Without descending: how many brackets are open at once, outside of texts. */
function depthOf(text: string): number {
  let [depth, most, inText] = [0, 0, false];
  for (let index = 0; index < text.length; index += 1) {
    const one = text.charCodeAt(index);
    if (inText) {
      if (one === BACKSLASH) index += 1;
      else if (one === QUOTE) inText = false;
    } else if (one === QUOTE) inText = true;
    else if (one === OPEN || one === BRACE) most = Math.max(most, (depth += 1));
    else if (one === CLOSE || one === CLOSING_BRACE) depth -= 1;
  }
  return most;
}

const [QUOTE, BACKSLASH, OPEN, CLOSE, BRACE, CLOSING_BRACE] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];
