/** An author may have a copy of zod besides ours. */
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../cli/root';
import { authoredTools } from '../../gateway/tools';
import type { Tool } from '../../gateway/tools';
import { defineTool } from '../../workflows/define-tool';
import { editIn, holdfast, newProject } from '../fixtures/project';

const copyZod = (folder: string): void =>
  cpSync(join(packageRoot(), 'node_modules', 'zod'), folder, { recursive: true });

function toolOf(zod: typeof z): Tool | undefined {
  const input = zod.object({ url: zod.string(), depth: zod.number().default(1) });
  const read = defineTool({ name: 'read', description: 'Reads.', input, workflow: 'read' });
  return authoredTools([read]).get('read');
}

test('schemas of another copy of zod 4 are listed and checked as ours are', () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'holdfast-zod-')), 'zod');
  copyZod(folder);
  const { z: other } = jest.requireActual<{ readonly z: typeof z }>(folder);
  expect(other.ZodObject).not.toBe(z.ZodObject);
  expect(toolOf(other)?.listed).toEqual(toolOf(z)?.listed);
  const misspelt = { url: 'https://example.com', dept: 2 };
  expect(toolOf(other)?.check(misspelt)).toEqual(toolOf(z)?.check(misspelt));
  expect(toolOf(other)?.check(misspelt).ok).toBe(false);
});

async function checkWith(zod: string): Promise<string> {
  const root = await newProject();
  copyZod(join(root, 'node_modules', 'zod'));
  const tool = join('tools', 'greet', 'tool.ts');
  editIn(root, tool, 'import { defineTool, z }', `import { z } from '${zod}';\nimport { defineTool }`);
  editIn(root, tool, 'z.string().min(1)', 'z.string()');
  return (await holdfast(root, ['check'])).stdout.trim();
}

test('check takes a copy of zod 4', async () => {
  expect(await checkWith('zod')).toBe('Tools: greet.');
});

test.each(['zod/v3', 'zod/mini'])('check refuses schemas of %s, with their line', async (zod) => {
  expect(await checkWith(zod)).toContain(
    'tools/greet/tool.ts:8: input is no schema of zod 4: write it with the z of holdfast. Those of zod 3 and of zod/mini cannot be listed.',
  );
});
