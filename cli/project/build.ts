/** `holdfast build`: dist/ with what gateways and workers run, and a Dockerfile for each. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '../../project/compile';
import type { Project } from '../../project/discover';
import type { Say } from '../say';
import { builtOrTold } from './compiled';

const MADE = ['gateway', 'worker', 'menu.js', 'steps.js', 'workflows.bundle.js', 'settings.yaml', 'package.json'];

/** Returns 0, or 1 after its mistakes were told. */
export async function buildProject(project: Project, say: Say): Promise<number> {
  const dist = join(project.root, 'dist');
  for (const name of MADE) rmSync(join(dist, name), { recursive: true, force: true });
  const built = builtOrTold(await compile(project, dist), say);
  for (const name of ['config.js', 'defined.js']) rmSync(join(dist, name), { force: true });
  if (!built) return 1;
  for (const kind of ['gateway', 'worker'] as const) writeFileSync(join(dist, `${kind}.Dockerfile`), dockerfile(kind));
  say(`dist/ has ${built.names.join(', ')}: the gateway's menu, the worker's steps and bundle, and settings.yaml.`);
  say('  node dist/gateway/main.js        one gateway (needs HOLDFAST_SECRET, TEMPORAL_ADDRESS)');
  say(
    '  node dist/worker/main.js         one worker (needs TEMPORAL_ADDRESS; HOLDFAST_CODE_DIR pins jobs to their code)',
  );
  say('  docker build -f dist/gateway.Dockerfile .     and dist/worker.Dockerfile');
  return 0;
}

const dockerfile = (
  kind: 'gateway' | 'worker',
): string => `# Written by holdfast build. From the project's folder: docker build -f dist/${kind}.Dockerfile .
FROM node:24-bookworm-slim
${kind === 'worker' ? 'RUN apt-get update && apt-get install -y --no-install-recommends git ca-certificates && rm -rf /var/lib/apt/lists/*\n' : ''}WORKDIR /app
ENV NODE_ENV=production${kind === 'gateway' ? ' MALLOC_ARENA_MAX=1 HOLDFAST_HOST=0.0.0.0' : ' HOLDFAST_DATA_DIR=/data HOLDFAST_CODE_DIR=/code'}
COPY package.json package-lock.jso[n] ./
RUN if [ -f package-lock.json ]; then npm ci --omit=dev; else npm install --omit=dev; fi
COPY dist dist
${kind === 'worker' ? 'RUN mkdir /data /code && chown 65532:65532 /data /code\nVOLUME /code\n' : ''}USER 65532:65532
${kind === 'gateway' ? 'EXPOSE 8484\n' : ''}CMD ["node", "dist/${kind}/main.js"]
`;
