/** The configuration that the documents show is one that gateways and workers take. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gatewayConfig } from '../../gateway/config';
import { workerConfig } from '../../worker/config';
import { blocksOf, documents } from './documents';

const SECRET = 'a secret for the tests, 32 characters or more';

/** A configuration file, and where it is shown. */
interface Shown {
  readonly at: string;
  readonly yaml: string;
}

/** Blocks of `yaml`, and what a console prints after `$ cat some.yaml`, up to the next command. */
function shownIn(document: string): readonly Shown[] {
  return blocksOf(document).flatMap(({ language, lines }) => {
    const text = lines.map((line) => line.text);
    if (language === 'yaml') return [{ at: lines[0]?.at ?? document, yaml: text.join('\n') }];
    return lines.flatMap(({ text: command, at }, n) => {
      if (language !== 'console' || !/^\$ cat \S+\.yaml$/.test(command)) return [];
      const printed = text.slice(n + 1);
      const end = printed.findIndex((line) => line.startsWith('$ '));
      return [{ at, yaml: printed.slice(0, end < 0 ? undefined : end).join('\n') }];
    });
  });
}

test.each(documents.flatMap(shownIn))('gateways and workers take the configuration at $at', ({ yaml }) => {
  const HOLDFAST_CONFIG = join(mkdtempSync(join(tmpdir(), 'holdfast-docs-')), 'holdfast.yaml');
  writeFileSync(HOLDFAST_CONFIG, yaml);
  expect(() => gatewayConfig({ HOLDFAST_CONFIG, HOLDFAST_SECRET: SECRET })).not.toThrow();
  expect(() => workerConfig({ HOLDFAST_CONFIG, HOLDFAST_WEBHOOK_SECRET: SECRET })).not.toThrow();
});
