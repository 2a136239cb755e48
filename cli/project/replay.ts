/** `holdfast replay`: whether jobs that began on earlier code would go on with the present workflows. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { z } from 'zod';
import type { Project } from '../../project/discover';
import type { Say } from '../say';
import { builtOrTold, compileAnew } from './compiled';
import { HistoryEvent, whyNot } from './why-not';

const History = z.looseObject({ events: z.array(HistoryEvent).min(1) });

/** Returns 0 when all replay, 1 when one does not. */
export async function replay(project: Project, folder: string, say: Say): Promise<number> {
  const at = join(project.root, folder);
  const names = existsSync(at) ? readdirSync(at).filter((name) => name.endsWith('.json')) : [];
  if (names.length === 0) {
    say(`${folder} has no histories. Keep one of a job with: npx holdfast record <job>`);
    return 1;
  }
  const built = builtOrTold(await compileAnew(project), say);
  if (!built) return 1;
  // What is wrong is said below: the SDK and its core would say it first, in their own words.
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => undefined),
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
  });
  let failed = 0;
  for (const name of names) {
    const events: HistoryEvent[] = [];
    try {
      const history = History.parse(JSON.parse(readFileSync(join(at, name), 'utf8')));
      events.push(...history.events);
      const id = history.events[0]?.workflowExecutionStartedEventAttributes?.workflowId;
      await Worker.runReplayHistory(
        { workflowBundle: { codePath: join(built.dir, 'workflows.bundle.js') } },
        history,
        id,
      );
      say(`✓ ${name}`);
    } catch (error) {
      failed += 1;
      say(`✗ ${name}: ${whyNot(error instanceof Error ? error.message : String(error), events)}`);
    }
  }
  if (failed > 0)
    say(
      'Jobs that began on the code of those would stand still on workers that do not keep it. Put the change behind patched(…), or pin jobs (HOLDFAST_CODE_DIR).',
    );
  return failed === 0 ? 0 : 1;
}
