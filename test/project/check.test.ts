/** `holdfast init` makes a project that is well, in each language; and what an author gets wrong is a sentence with file and line. */
import { readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../cli/root';
import { startChecks } from '../fixtures/checks';
import type { Checks } from '../fixtures/checks';
import { editIn, holdfast, newProject, newProjectBy, writeIn } from '../fixtures/project';

let checks: Checks;
beforeAll(() => {
  checks = startChecks();
});
afterAll(() => checks.stop());

test.each([
  ['TypeScript, ES modules', []],
  ['TypeScript, CommonJS', ['--cjs']],
  ['JavaScript, ES modules', ['--js']],
  ['JavaScript, CommonJS', ['--js', '--cjs']],
])('a new project is well: %s', async (_what, options) => {
  const root = await newProjectBy(...options);
  expect(await holdfast(root, ['check'])).toEqual({ code: 0, stdout: 'Tools: greet.\n', stderr: '' });
});

test('a workflow that is called neither as its folder nor as its tool is told, and is no mistake', async () => {
  const root = newProject();
  editIn(root, 'tools/greet/tool.ts', "workflow: 'greet'", "workflow: 'greeet'");
  expect(await checks.of(root)).toEqual([
    '! tools/greet/tool.ts:11: Temporal will know the jobs of greet as greeet, where greet would be expected. Keep it if there are such jobs, else mend it.',
    'Tools: greet.',
  ]);
});

describe('what a project reaches', () => {
  const CONFIG = `import { defineConfig } from 'holdfast';
export default defineConfig({
  tools: 'tools',
  upstreams: { far: { url: 'http://127.0.0.1:1/mcp', headers: { Authorization: 'Bearer \${FAR_TOKEN}' } } },
  catalog: { ship: { description: 'Ships.', workflow: 'Ship', queue: 'orders' } },
});
`;
  const newReaching = (): string => {
    const root = newProject();
    writeIn(root, 'holdfast.config.ts', CONFIG);
    writeIn(root, 'mcp.json', '{ "mcpServers": { "near": { "command": "node", "args": ["near.js"] } } }');
    return root;
  };

  test('is told with the variables that it lacks here, servers of another file too', async () => {
    const { code, stdout } = await holdfast(newReaching(), ['check', '--mcp-servers', 'mcp.json']);
    const lines = stdout.split('\n');
    expect(code).toBe(0);
    expect(lines.slice(0, 3)).toEqual([
      'Tools: greet.',
      expect.stringMatching(/^! In this environment .*FAR_TOKEN, which is not set/),
      'Upstreams: 2.',
    ]);
    expect(lines.filter((line) => /^ {2}\w/.test(line)).map((line) => line.trim().split(' ')[0])).toEqual([
      'far',
      'near',
      'ship',
    ]);
    expect(stdout).not.toContain('.holdfast');
    expect(stdout).toContain('near  stdio  node near.js  (mcpServers.near of mcp.json)');
  });

  test('is asked what it offers, on request', async () => {
    const { code, stdout } = await holdfast(newReaching(), ['check', '--connect'], { FAR_TOKEN: 'one' });
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^far: could not be asked\. /m)]);
  });

  test('is wrong where the file of MCP servers is', async () => {
    const root = newReaching();
    writeIn(root, 'mcp.json', '{ "mcpServers": { "near": { "type": "tcp" } } }');
    const { code, stdout } = await holdfast(root, ['check', '--mcp-servers', 'mcp.json']);
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^✗ mcp\.json:1:\d+: mcpServers\.near\.type: one of/m)]);
  });
});

interface Wrong {
  readonly what: string;
  /** Files, and their texts; a function changes what is there; undefined removes it. */
  readonly change: (root: string) => void;
  readonly says: string;
}

const at = (root: string, path: string): string => join(root, 'tools', path);
const edit =
  (path: string, from: string, to: string) =>
  (root: string): void =>
    editIn(root, join('tools', path), from, to);
const write =
  (path: string, text: string) =>
  (root: string): void =>
    writeIn(root, join('tools', path), text);

const mistakes: readonly Wrong[] = [
  {
    what: 'Node in a workflow',
    change: edit(
      'greet/workflow.ts',
      "import { job } from 'holdfast/workflow';",
      "import fs from 'fs';\nimport { job } from 'holdfast/workflow';\nfs.existsSync('');",
    ),
    says: "tools/greet/workflow.ts:2: A workflow cannot import fs: it runs in Temporal's sandbox, without Node. Do it in a step (steps.ts).",
  },
  {
    what: 'a package that needs Node, in a workflow',
    change: (root) => {
      writeIn(root, 'node_modules/reader/index.js', "require('./deep');");
      writeIn(root, 'node_modules/reader/deep.js', "require('fs'); require('node:net'); require('fs');");
      edit(
        'greet/workflow.ts',
        "import { job } from 'holdfast/workflow';",
        "import { job } from 'holdfast/workflow';\nimport 'reader';",
      )(root);
    },
    says: "tools/greet/workflow.ts:3: A workflow cannot import reader: it needs fs, and Temporal's sandbox is without Node. Use it in a step (steps.ts).",
  },
  {
    what: 'steps loaded by a workflow',
    change: edit(
      'greet/workflow.ts',
      'const { chooseWord } = job.steps();',
      "const { chooseWord } = await import('./steps');",
    ),
    says: 'tools/greet/workflow.ts:7: A workflow cannot load its steps, which run in Node. It needs their types alone: write import type.',
  },
  {
    what: 'a step that nobody has',
    change: edit('greet/workflow.ts', 'const { chooseWord } =', 'const { chooseWord, shout } ='),
    says: 'tools/greet/workflow.ts:7: It asks for the step shout, which nobody has: export it from tools/greet/steps.ts. It has chooseWord.',
  },
  {
    what: 'a step of a tool that nobody has',
    change: (root) => {
      rmSync(at(root, 'greet/workflow.ts'));
      edit('greet/tool.ts', "workflow: 'greet'", "step: 'shout'")(root);
    },
    says: 'tools/greet/tool.ts:11: greet names the step shout, which nobody has: export it from tools/greet/steps.ts. It has chooseWord.',
  },
  {
    what: 'a wrong export',
    change: edit('greet/tool.ts', 'export const greet', 'export const greeting'),
    says: 'tools/greet/tool.ts:4: This has to export greet, as its folder is called, or a default. It exports greeting.',
  },
  {
    what: 'no workflow where one is named',
    change: (root) => rmSync(at(root, 'greet/workflow.ts')),
    says: 'tools/greet/tool.ts:11: greet names the workflow greet, and there is no workflow.ts beside it. Write one, or name a step.',
  },
  {
    what: 'a folder without a tool',
    change: write('lost/steps.ts', 'export {};'),
    says: 'tools/lost: This folder has no tool.ts (or .js), which says what the model sees. Folders that are no tools begin with _, or lie outside of tools.',
  },
  {
    what: 'a schema of another library',
    change: edit(
      'greet/tool.ts',
      'input: z.object({ name: z.string().min(1) })',
      "input: { parse: () => ({ name: '' }) } as never",
    ),
    says: 'tools/greet/tool.ts:7: input is no schema of zod 4: write it with the z of holdfast. Those of zod 3 and of zod/mini cannot be listed.',
  },
  {
    what: 'a misspelt word of a policy',
    change: edit('greet/tool.ts', "policy: { budget: '5 minutes' }", "policy: { budjet: '5 minutes' }"),
    says: 'tools/greet/tool.ts:12: There is no policy.budjet. Did you mean budget?',
  },
  {
    what: 'a word of a policy that is nowhere',
    change: edit('greet/tool.ts', "policy: { budget: '5 minutes' }", 'policy: { tries: 3 }'),
    says: 'tools/greet/tool.ts:12: There is no policy.tries. There are budget, stepTimeout, heartbeat, retry, ask, approval, wait, queue, ttl, priority, onDisconnect.',
  },
  {
    what: 'a duration that is none',
    change: edit('greet/tool.ts', "policy: { budget: '5 minutes' }", "policy: { budget: 'soon' as never }"),
    says: `tools/greet/tool.ts:12: policy.budget is no duration: "soon". Write a number and a unit, such as '30 s', '5 minutes' or '2 hours'.`,
  },
  {
    what: 'a name that MCP does not take, on its line',
    change: edit('greet/tool.ts', "name: 'greet',", "name: 'grüße dich',"),
    says: 'tools/greet/tool.ts:5: Tool name "grüße dich" must be 1 to 64 of A-Z, a-z, 0-9, _, - and .',
  },
  {
    what: 'a function that is asked for as a step',
    change: edit('greet/steps.ts', 'export const chooseWord = step(async', 'export const chooseWord = (async'),
    says: 'tools/greet/steps.ts:4: chooseWord is a function, and no step: no worker would know it. Write export const chooseWord = step(…).',
  },
  {
    what: 'a package that is not there',
    change: edit('greet/steps.ts', 'import { failure, step }', "import '@pad/left/it';\nimport { failure, step }"),
    says: 'tools/greet/steps.ts:2: There is no package @pad/left here. Install it: npm install @pad/left.',
  },
  {
    what: 'a folder of tools that is not there',
    change: (root) => editIn(root, 'holdfast.config.ts', "tools: 'tools'", "tools: 'tolls'"),
    says: "holdfast.config.ts:4: There is no folder tolls. Make it, or name the folder that the tools are in: tools: '…'.",
  },
  {
    what: 'text that is no TypeScript',
    change: edit('greet/steps.ts', 'export const', 'export konst'),
    says: 'tools/greet/steps.ts:4: Unexpected "konst".',
  },
  {
    what: 'a tool that throws when it is loaded',
    change: edit(
      'greet/tool.ts',
      'export const greet',
      "if (process.version) throw new Error('Not today.');\n\nexport const greet",
    ),
    says: 'tools/greet/tool.ts:4: It could not be loaded: Not today.',
  },
  {
    what: 'a setting that there is not',
    change: (root) =>
      writeFileSync(
        join(root, 'holdfast.config.ts'),
        '// the worker\nexport default {\n  worker: { concurent_steps: 1 },\n};\n',
      ),
    says: 'holdfast.config.ts:3: worker: Unrecognized key: "concurent_steps": did you mean concurrent_steps?',
  },
];

test.each(mistakes)('told: $what', async ({ change, says }) => {
  const root = newProject();
  change(root);
  expect(await checks.of(root)).toEqual([says]);
});

test('the command ends with 1 after the mistakes, and their number', async () => {
  const root = newProject();
  write('lost/steps.ts', 'export {};')(root);
  const { code, stdout } = await holdfast(root, ['check']);
  expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringMatching(/^tools\/lost: .+\n1 mistake\.\n$/) });
});

describe('where TypeScript is installed', () => {
  const root = newProject();
  beforeAll(() => {
    for (const name of ['typescript', '@types'])
      symlinkSync(join(packageRoot(), 'node_modules', name), join(root, 'node_modules', name));
  });

  test('types are checked, too, and what was told in our words is told once', async () => {
    expect(await checks.of(root)).toEqual(['Tools: greet.']);
    edit('greet/workflow.ts', '${name}!`', '${name.length.toUpperCase()}!`')(root);
    const wrong = "tools/greet/workflow.ts:9: Property 'toUpperCase' does not exist on type 'number'.";
    expect(await checks.of(root)).toEqual([wrong]);
    edit('greet/steps.ts', 'import { failure, step }', "import 'nowhere';\nimport { failure, step }")(root);
    expect(await checks.of(root)).toEqual([
      'tools/greet/steps.ts:2: There is no package nowhere here. Install it: npm install nowhere.',
      wrong,
    ]);
  });
});

test('a folder may have a space or an umlaut in its name, and a default export', async () => {
  const root = newProject();
  renameSync(at(root, 'greet'), at(root, 'schöne Grüße'));
  for (const file of ['tool.ts', 'workflow.ts'])
    edit(join('schöne Grüße', file), 'export const greet =', 'export default')(root);
  expect(await checks.of(root)).toEqual(['Tools: greet.']);
});

test('two tools may have a step of one name', async () => {
  const root = newProject();
  for (const file of ['tool.ts', 'steps.ts', 'workflow.ts'])
    write(`hail/${file}`, readFileSync(at(root, `greet/${file}`), 'utf8').replaceAll('greet', 'hail'))(root);
  expect(await checks.of(root)).toEqual(['Tools: greet, hail.']);
  expect(readFileSync(join(root, '.holdfast', 'doors', 'steps.js'), 'utf8')).toContain("'hail': hail,");
});
