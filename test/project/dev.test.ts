/** `holdfast dev` in a project takes up what changes, and says what it could not take up. */
import { join } from 'node:path';
import { readRecord } from '../../cli/dev/record';
import { packageRoot } from '../../cli/root';
import { Background } from '../adopt/programs';
import { editIn, newProject } from '../fixtures/project';

test('changed code is run by new processes, which the record names; code that does not compile is told', async () => {
  const root = await newProject();
  const pids = (): readonly number[] => {
    const { workers = [], gateways = [] } = readRecord(join(root, '.holdfast')) ?? {};
    return [...workers, ...gateways].map(({ pid }) => pid);
  };
  const dev = Background.start(root, ['node', join(packageRoot(), 'cli', 'holdfast.mjs'), 'dev'], {
    HOLDFAST_PORT: '0',
  });
  try {
    await dev.says('Holdfast is ready');
    const [worker, gateway] = pids();

    editIn(root, 'tools/greet/steps.ts', "'Hello'", "'Hail'");
    await dev.says('Taken up by workers (');
    expect(pids()).toEqual([expect.any(Number), gateway]);
    expect(pids()).not.toContain(worker);

    editIn(root, 'tools/greet/steps.ts', 'export const', 'export konst');
    await dev.says('tools/greet/steps.ts:4: Unexpected "konst".\n1 mistake.\nThe tools stay as they were.');

    editIn(root, 'tools/greet/steps.ts', 'export konst', 'export const');
    editIn(root, 'tools/greet/tool.ts', 'Takes a second.', 'Takes a moment.');
    await dev.says('Taken up by workers and gateways (');
    expect(pids()).not.toContain(gateway);
  } finally {
    await dev.stop();
  }
});
