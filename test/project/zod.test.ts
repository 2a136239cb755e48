/** An author may have a copy of zod besides ours. */
import { cpSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../cli/root';
import { authoredTools } from '../../gateway/tools';
import type { Tool } from '../../gateway/tools';
import { defineTool } from '../../workflows/define-tool';
import { startChecks } from '../fixtures/checks';
import type { Checks } from '../fixtures/checks';
import { editIn, newProject } from '../fixtures/project';

/** Another copy than ours, which each project of these tests has for its own. */
const copy = join(mkdtempSync(join(tmpdir(), 'holdfast-zod-')), 'zod');
let checks: Checks;
beforeAll(() => {
  cpSync(join(packageRoot(), 'node_modules', 'zod'), copy, { recursive: true });
  checks = startChecks();
});
afterAll(() => checks.stop());

function toolOf(zod: typeof z): Tool | undefined {
  const input = zod.object({ url: zod.string(), depth: zod.number().default(1) });
  const read = defineTool({ name: 'read', description: 'Reads.', input, workflow: 'read' });
  return authoredTools([read]).get('read');
}

test('schemas of another copy of zod 4 are listed and checked as ours are', () => {
  const { z: other } = jest.requireActual<{ readonly z: typeof z }>(copy);
  expect(other.ZodObject).not.toBe(z.ZodObject);
  expect(toolOf(other)?.listed).toEqual(toolOf(z)?.listed);
  const misspelt = { url: 'https://example.com', dept: 2 };
  expect(toolOf(other)?.check(misspelt)).toEqual(toolOf(z)?.check(misspelt));
  expect(toolOf(other)?.check(misspelt).ok).toBe(false);
});

function checkWith(zod: string): Promise<readonly string[]> {
  const root = newProject();
  symlinkSync(copy, join(root, 'node_modules', 'zod'));
  const tool = join('tools', 'greet', 'tool.ts');
  editIn(root, tool, 'import { defineTool, z }', `import { z } from '${zod}';\nimport { defineTool }`);
  editIn(root, tool, 'z.string().min(1)', 'z.string()');
  return checks.of(root);
}

test('check takes a copy of zod 4', async () => {
  expect(await checkWith('zod')).toEqual(['Tools: greet.']);
});

test.each(['zod/v3', 'zod/mini'])('check refuses schemas of %s, with their line', async (zod) => {
  expect(await checkWith(zod)).toContain(
    'tools/greet/tool.ts:8: input is no schema of zod 4: write it with the z of holdfast. Those of zod 3 and of zod/mini cannot be listed.',
  );
});
