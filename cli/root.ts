/** The folder of the package: the same whether this runs from the sources or from dist/. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

export function packageRoot(): string {
  const up = dirname(__dirname);
  return existsSync(join(up, 'cli', 'temporal-cli')) ? up : dirname(up);
}
