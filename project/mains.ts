/** Writes the programs that gateways and workers of a compiled project are started by. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Project } from './discover';

const HEAD =
  '// Written by Holdfast. Settings come from the environment, and from settings.yaml unless HOLDFAST_CONFIG names another file.\n';

const esm = {
  gateway: `import { fileURLToPath } from 'node:url';
import { runGateway } from 'holdfast/gateway';
import { tools } from '../menu.js';

const settings = fileURLToPath(new URL('../settings.yaml', import.meta.url));
runGateway({ HOLDFAST_CONFIG: settings, ...process.env }, tools);
`,
  worker: `import { fileURLToPath } from 'node:url';
import { runWorker } from 'holdfast/worker';
import { tools } from '../menu.js';
import { steps } from '../steps.js';

process.setSourceMapsEnabled(true);
const at = (name) => fileURLToPath(new URL(\`../\${name}\`, import.meta.url));
runWorker({ HOLDFAST_CONFIG: at('settings.yaml'), ...process.env }, { bundle: at('workflows.bundle.js'), steps, tools });
`,
} as const;

const cjs = {
  gateway: `const { join } = require('node:path');
const { runGateway } = require('holdfast/gateway');
const { tools } = require('../menu.js');

runGateway({ HOLDFAST_CONFIG: join(__dirname, '..', 'settings.yaml'), ...process.env }, tools);
`,
  worker: `const { join } = require('node:path');
const { runWorker } = require('holdfast/worker');
const { tools } = require('../menu.js');
const { steps } = require('../steps.js');

process.setSourceMapsEnabled(true);
const at = (name) => join(__dirname, '..', name);
runWorker({ HOLDFAST_CONFIG: at('settings.yaml'), ...process.env }, { bundle: at('workflows.bundle.js'), steps, tools });
`,
} as const;

export function writeMains(out: string, modules: Project['modules']): void {
  const mains = modules === 'esm' ? esm : cjs;
  for (const kind of ['gateway', 'worker'] as const) {
    mkdirSync(join(out, kind), { recursive: true });
    writeFileSync(join(out, kind, 'main.js'), HEAD + mains[kind]);
  }
}
