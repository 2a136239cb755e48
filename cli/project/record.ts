/** `holdfast record`: keeps the history of a job in the project, to be replayed on the code of later days. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { BadSetting } from '../../config/file';
import type { TemporalConfig } from '../../config/temporal';
import type { Project } from '../../project/discover';

/** Returns a sentence that says where it is. @throws BadSetting when there is no such job */
export async function record(
  { root }: Project,
  { connectionOptions, namespace }: TemporalConfig,
  job: string,
  name: string | undefined,
): Promise<string> {
  const connection = await Connection.connect(connectionOptions);
  try {
    const { workflow } = new Client({ connection, namespace });
    for await (const { workflowId, runId, type } of workflow.list()) {
      if (!workflowId.endsWith(`/${job}`)) continue;
      const history = await workflow.getHandle(workflowId, runId).fetchHistory();
      const path = join(root, 'histories', `${name ?? `${type}-${job.slice(-4)}`}.json`);
      mkdirSync(join(root, 'histories'), { recursive: true });
      writeFileSync(path, `${historyToJSON(history)}\n`);
      return `${relative(root, path)} has the history of ${job}. npx holdfast replay runs the present workflows against it; commit the file.`;
    }
    throw new BadSetting(`Temporal knows no job ${job}. npx holdfast jobs lists them.`);
  } finally {
    await connection.close();
  }
}
