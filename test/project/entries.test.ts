/** The package as others import it: each entry has what it is for, from ES modules and from CommonJS, and the whole of it is small. */
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
  const names = has.split(' ');
  const imported = `import { ${names.join(', ')} } from '${name}'; console.log([${names.join(', ')}].every(Boolean));`;
  expect(node('--input-type=module', '-e', imported).trim()).toBe('true');
  expect(node('-e', `console.log(Object.keys(require('${name}')).sort().join(' '))`).trim()).toBe(has);
});

test('what a workflow imports is free of Node, and of what gateways load', () => {
  const loaded = node(
    '-e',
    `require('holdfast/workflow'); console.log(Object.keys(require.cache).filter((path) => /zod|temporalio.(worker|client|activity)|dist.(gateway|activities|config)/.test(path)).join())`,
  );
  expect(loaded.trim()).toBe('');
});

test('it is under 1 MB packed, and has no tests, benches or maps', () => {
  const said = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd, encoding: 'utf8' });
  const [packed] = JSON.parse(said) as [
    { readonly size: number; readonly files: readonly { readonly path: string }[] },
  ];
  expect(packed.size).toBeLessThan(1_000_000);
  expect(packed.files.filter(({ path }) => /^dist\/(test|bench)\/|\.map$/.test(path))).toEqual([]);
});
