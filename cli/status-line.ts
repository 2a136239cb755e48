/** A line at the bottom of the terminal that is rewritten while something takes long. Elsewhere each text is printed once. */
import { excerpt } from '../workflows/excerpt';

export interface StatusLine {
  show(text: string): void;
  /** Removes the line, so that other output can follow. */
  clear(): void;
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** Creates a status line on `stream`. It must be cleared, or the process does not end. */
export function createStatusLine(stream: NodeJS.WriteStream): StatusLine {
  if (!stream.isTTY) {
    let last = '';
    return {
      show: (text) => {
        if (text !== last) stream.write(`${(last = text)}\n`);
      },
      clear: () => undefined,
    };
  }
  const startedAt = Date.now();
  let text = '';
  let frame = 0;
  const draw = (): void => {
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    const line = `${FRAMES[frame++ % FRAMES.length] ?? ''} ${seconds} s  ${text}`;
    stream.write(`\r\x1b[2K${excerpt(line, (stream.columns || 80) - 1)}`);
  };
  const timer = setInterval(draw, 100);
  return {
    show: (next) => (text = next),
    clear: () => {
      clearInterval(timer);
      stream.write('\r\x1b[2K');
    },
  };
}
