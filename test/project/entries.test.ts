/** The package as others import it: each entry has what it is for, from ES modules and from CommonJS. */
import { execFileSync } from 'node:child_process';
import { packageRoot } from '../../cli/root';

const cwd = packageRoot();
const node = (...args: readonly string[]): string => execFileSync(process.execPath, args, { cwd, encoding: 'utf8' });

const entries: readonly (readonly [name: string, has: string])[] = [
  ['holdfast', 'defineConfig defineTool z'],
  ['holdfast/workflow', 'condition deprecatePatch fail job log patched sleep uuid4'],
  ['holdfast/steps', 'failure inThread isStep step'],
  ['holdfast/worker', 'holdfast runWorker startWorker'],
  ['holdfast/gateway', 'builtin runGateway startGateway'],
  ['holdfast/testing', 'callTool killWorker runStep startTool'],
];

test.each(entries)('%s exports %s, whoever imports it', (name, has) => {
  const names = has.split(' ').join(', ');
  const both = `import { createRequire } from 'node:module';
    import { ${names} } from '${name}';
    const required = createRequire(process.cwd() + '/')('${name}');
    console.log([${names}].every(Boolean), Object.keys(required).sort().join(' '));`;
  expect(node('--input-type=module', '-e', both).trim()).toBe(`true ${has}`);
});

test('what a workflow imports is free of Node, and of what gateways load', () => {
  const loaded = node(
    '-e',
    `require('holdfast/workflow'); console.log(Object.keys(require.cache).filter((path) => /zod|temporalio.(worker|client|activity)|dist.(gateway|activities|config)/.test(path)).join())`,
  );
  expect(loaded.trim()).toBe('');
});
