/** The files of a new project. */

export interface TemplateOptions {
  /** The folder's name. */
  readonly name: string;
  /** The version of Holdfast that the project asks for. */
  readonly version: string;
  /** JavaScript in place of TypeScript. */
  readonly js: boolean;
  /** CommonJS in place of ES modules. */
  readonly cjs: boolean;
}

/** Texts by path. */
export function templateOf(options: TemplateOptions): Readonly<Record<string, string>> {
  const { js } = options;
  const ending = js ? 'js' : 'ts';
  const sources = Object.entries(js ? javaScriptOf(options) : typeScript).map(
    ([path, text]) => [`${path}.${ending}`, text] as const,
  );
  return {
    'package.json': packageOf(options),
    ...Object.fromEntries(sources),
    ...(js ? {} : { 'tsconfig.json': TSCONFIG }),
    '.gitignore': 'node_modules/\ndist/\n.holdfast/\n',
    '.dockerignore': 'node_modules/\n.holdfast/\n.git/\n',
    Dockerfile: DOCKERFILE,
    'README.md': readmeOf(options),
    '.github/workflows/ci.yml': CI,
  };
}

const readmeOf = ({ name, js }: TemplateOptions): string => {
  const ending = js ? 'js' : 'ts';
  return `# ${name}

Tools for agents, each call of which is a durable job: Holdfast runs them on Temporal.

\`\`\`console
$ npm install
$ npx holdfast dev                             # Temporal, a worker, a gateway; files that change are taken up
$ npx holdfast call greet '{"name":"Ada"}'     # in another terminal
$ npx holdfast check                           # every mistake, with file and line
$ npx holdfast test
$ npx holdfast build                           # dist/, and the Dockerfile has an image for each process
\`\`\`

A tool is a folder below \`tools/\`: \`tool.${ending}\` is what the model sees, \`steps.${ending}\` touches the outside world, \`workflow.${ending}\` decides what is
done when. \`node_modules/holdfast/docs/projects.md\` has a tool with three steps, a question and an approval.
`;
};

/** A name that npm takes. */
const packageName = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/^[-._]+|[-._]+$/g, '') || 'my-tools';

function packageOf({ name, version, js, cjs }: TemplateOptions): string {
  const made = {
    name: packageName(name),
    version: '0.0.0',
    private: true,
    type: cjs ? 'commonjs' : 'module',
    engines: { node: '>=20.3' },
    scripts: {
      dev: 'holdfast dev',
      check: 'holdfast check',
      test: 'holdfast test',
      build: 'holdfast build',
    },
    dependencies: { holdfast: `^${version}` },
    ...(js ? {} : { devDependencies: { '@types/node': '^20.19.0', typescript: '^6.0.0' } }),
  };
  return `${JSON.stringify(made, null, 2)}\n`;
}

const typeScript: Readonly<Record<string, string>> = {
  'holdfast.config': `import { defineConfig } from 'holdfast';

// What else holdfast.yaml can say goes here, too: gateway, worker, upstreams, mcpServers.
export default defineConfig({ tools: 'tools' });
`,
  'tools/greet/tool': `// What the model sees, and the limits.
import { defineTool, z } from 'holdfast';

export const greet = defineTool({
  name: 'greet',
  description: 'Greets somebody by name. Takes a second.',
  input: z.object({ name: z.string().min(1) }),
  output: z.object({ greeting: z.string() }),
  text: ({ greeting }) => greeting,
  annotations: { readOnlyHint: true },
  workflow: 'greet', // what Temporal knows its jobs by: keep it when you rename the folder
  policy: { budget: '5 minutes' },
});
`,
  'tools/greet/steps': `// One touch of the outside world each. Node, any package.
import { failure, step } from 'holdfast/steps';

export const chooseWord = step(async ({ name }: { name: string }) => {
  if (name.length > 100) throw failure('invalid_input', 'That is too long for a name.');
  return { word: new Date().getHours() < 12 ? 'Good morning' : 'Hello' };
});
`,
  'tools/greet/workflow': `// How it runs: decisions alone, no Node. A job survives its worker, and goes on after the last step that was done.
import { job } from 'holdfast/workflow';
import type * as steps from './steps';
import type { greet as tool } from './tool';

export const greet = job<typeof tool, typeof steps>(async ({ name }, job) => {
  const { chooseWord } = job.steps();
  const { word } = await job.step('Choosing a word', () => chooseWord({ name }));
  return { greeting: \`\${word}, \${name}!\` };
});
`,
  'tools/greet/greet.test': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callTool } from 'holdfast/testing';
import { greet } from './tool';

test('greets by name', async () => {
  const run = await callTool(greet, { name: 'Ada' });
  assert.equal(run.status, 'done', run.text);
  assert.match(run.output?.greeting ?? '', /, Ada!$/);
});
`,
};

/** The files of a project in JavaScript: those in TypeScript without their types. */
function javaScriptOf({ cjs }: TemplateOptions): Readonly<Record<string, string>> {
  const untyped = Object.fromEntries(
    Object.entries(typeScript).map(([path, text]) => [
      path,
      text
        .replaceAll(/^import type .*\n/gm, '')
        .replaceAll('job<typeof tool, typeof steps>', 'job')
        .replaceAll('({ name }: { name: string })', '({ name })')
        .replaceAll("from './tool'", "from './tool.js'"),
    ]),
  );
  if (!cjs) return untyped;
  return Object.fromEntries(
    Object.entries(untyped).map(([path, text]) => [
      path,
      text
        .replaceAll(/^import (\{[^}]*\}|\w+) from ('[^']+');/gm, 'const $1 = require($2);')
        .replaceAll(/^export const (\w+) =/gm, 'exports.$1 =')
        .replace('export default', 'module.exports ='),
    ]),
  );
}

const TSCONFIG = `${JSON.stringify(
  {
    compilerOptions: {
      target: 'es2022',
      module: 'preserve',
      moduleResolution: 'bundler',
      types: ['node'],
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      isolatedModules: true,
    },
    include: ['holdfast.config.ts', 'tools'],
  },
  null,
  2,
)}\n`;

const DOCKERFILE = `# Both processes: docker build --target gateway . and docker build --target worker .
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.jso[n] ./
RUN if [ -f package-lock.json ]; then npm ci; else npm install; fi
COPY . .
RUN npx holdfast build && npm prune --omit=dev

FROM node:24-bookworm-slim AS gateway
WORKDIR /app
ENV NODE_ENV=production HOLDFAST_HOST=0.0.0.0 MALLOC_ARENA_MAX=1
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
USER 65532:65532
EXPOSE 8484
CMD ["node", "dist/gateway/main.js"]

FROM node:24-bookworm-slim AS worker
RUN apt-get update && apt-get install -y --no-install-recommends git ca-certificates && rm -rf /var/lib/apt/lists/*
WORKDIR /app
ENV NODE_ENV=production HOLDFAST_DATA_DIR=/data HOLDFAST_CODE_DIR=/code
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
RUN mkdir /data /code && chown 65532:65532 /data /code
VOLUME /code
USER 65532:65532
CMD ["node", "dist/worker/main.js"]
`;

const CI = `name: CI
on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version: 24 }
      - run: npm install
      - run: npm run check
      - run: npm test
      - run: npm run build
`;
