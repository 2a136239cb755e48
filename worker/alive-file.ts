/** A file whose time says that this worker takes work, for whoever looks from outside: the health check of a container. */
import { writeFile, writeFileSync } from 'node:fs';

/** How often it is touched, milliseconds. */
const TOUCH_MS = 1_000;

/**
 * Touches the file now, and from then on as long as the event loop goes on.
 *
 * @throws Error when the file cannot be written
 */
export function showAlive(path: string): void {
  writeFileSync(path, '');
  setInterval(() => writeFile(path, '', () => undefined), TOUCH_MS).unref();
}
