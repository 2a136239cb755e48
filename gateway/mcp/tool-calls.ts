/** `tools/call` as a request: what it brings along, and its answer in the words of the revision that is spoken. */
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { CallToolResult, Result } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { KEY_META } from '../../workflows/contract';
import type { Audit, TakeNote } from '../audit';
import { CALLBACK_META } from '../call/callback';
import type { ReadCallback } from '../call/callback';
import type { ClientFacts } from '../call/client';
import type { Patience } from '../call/patience';
import type { Round } from '../call/rounds';
import { Problem } from '../errors';
import type { Jobs } from '../jobs/jobs';
import type { ToolsByName } from '../offered';
import { clientOf } from './client';
import type { Exchange } from './exchange';
import type { Menu } from './menu';
import type { Context, Methods } from './methods';
import type { OpenRequests } from './open-requests';
import { mismatchIn } from './param-headers';
import { createProgress } from './progress';
import type { PushOn } from './push';
import { refusedTask, toolError } from './trouble';
import type { OnError } from './trouble';

const KEY_MAX = 255;
/** Revisions that know no resource links. */
const WITHOUT_LINKS = new Set(['2024-11-05', '2025-03-26']);

const params = z.looseObject({
  name: z.string(),
  arguments: z.record(z.string(), z.unknown()).optional(),
  task: z.looseObject({}).optional(),
});

export interface ToolCallNeeds {
  readonly offered: ToolsByName;
  readonly menu: Pick<Menu, 'serve' | 'outputSchema'>;
  readonly patience: Patience;
  readonly readCallback: ReadCallback;
  readonly jobs: Pick<Jobs, 'list'>;
  readonly openRequests: Pick<OpenRequests, 'open'>;
  readonly onError: OnError;
  readonly audit: Pick<Audit, 'told'>;
}

/** @param core - whether the core tasks of 2025-11-25 are spoken */
export function serveToolCalls(
  server: Methods,
  needs: ToolCallNeeds,
  exchange: Exchange,
  { era, core, pushOn }: { readonly era: ClientFacts['era']; readonly core: boolean; readonly pushOn: PushOn },
): void {
  const { caller, allowed, session, decide, visit } = exchange;
  type Params = z.output<typeof params>;
  async function serve({ name, arguments: args, task }: Params, context: Context, note: TakeNote): Promise<Result> {
    const { mcpReq } = context;
    if (era === 'modern') refuseMismatch(name, args);
    const client = clientOf(era, context, session);
    const asTask = core && task !== undefined;
    const key = keyOf(exchange, context);
    const callback = needs.readCallback(mcpReq._meta?.[CALLBACK_META], exchange.header('holdfast-callback'));
    const progress = createProgress(mcpReq._meta?.progressToken, (update) => {
      mcpReq.notify({ method: 'notifications/progress', params: { ...update } }).catch(() => undefined); // the client is gone
    });
    const open = needs.openRequests.open(session, mcpReq.id, mcpReq.signal);
    try {
      const result = await needs.menu.serve(name, args, {
        caller,
        allowed,
        client,
        origin: { key, callback },
        patienceMs: (tool) =>
          needs.patience({
            header: exchange.header('holdfast-patience'),
            key: exchange.grantedMs,
            tool,
            client: client.name,
          }),
        round: mcpReq.requestState<Round>(),
        responses: mcpReq.inputResponses ?? {},
        asTask,
        signal: open.signal,
        revoked: () => exchange.over?.aborted === true,
        aborted: open.aborted,
        onView: client.tasks || asTask ? undefined : progress.show,
        push: pushOn(client, context),
        accepted: () => decide(),
        note,
      });
      // The others of a batch want their answers on the same stream.
      if (open.takenBack() && exchange.alone) await server.close();
      if (asTask || !isAnswer(result)) return inItsForm(result, asTask);
      // Until 2026-07-28 data is an object: there the SDK puts any other under `result`, in the schema as in the answer.
      const answer = server.projectCallToolResult(result, needs.menu.outputSchema(name));
      const linkless = era === 'legacy' && WITHOUT_LINKS.has(exchange.version ?? '');
      return linkless ? withoutLinks(answer) : answer;
    } catch (error) {
      return inItsForm(await toolError(error, exchange, needs.jobs, needs.onError), asTask);
    } finally {
      open.close();
      progress.stop();
      decide();
    }
  }
  function refuseMismatch(name: string, args: Params['arguments'] = {}): void {
    const tool = needs.offered.get(name);
    const what = tool && allowed.tool(tool) ? mismatchIn(tool, args, exchange.header) : undefined;
    if (what === undefined) return;
    const problem = new Problem('mismatched', { what });
    decide(problem);
    throw new ProtocolError(problem.rpc, problem.message);
  }
  server.setRequestHandler('tools/call', { params }, (asked, context) =>
    needs.audit.told({ visit, caller, method: 'tools/call', tool: asked.name }, (note) => serve(asked, context, note)),
  );
}

const isAnswer = (result: Result): result is CallToolResult => Array.isArray(result['content']);

/** A call as a task that did not become one has no result: it is an error. */
function inItsForm(result: Result, asTask: boolean): Result {
  if (asTask && !('task' in result)) throw refusedTask(result);
  return result;
}

function keyOf({ header }: Exchange, { mcpReq }: Context): string | undefined {
  const key: unknown = mcpReq._meta?.[KEY_META] ?? header('idempotency-key');
  if (key === undefined || (typeof key === 'string' && key.length > 0 && key.length <= KEY_MAX)) return key;
  throw new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `The idempotency key must be a string of 1 to ${KEY_MAX} characters.`,
  );
}

/** For clients of revisions that know no resource links: `job_result` reads the pages. */
function withoutLinks(result: Result): Result {
  const content = result['content'];
  if (!Array.isArray(content)) return result;
  return { ...result, content: content.filter(({ type }: { readonly type: string }) => type !== 'resource_link') };
}
