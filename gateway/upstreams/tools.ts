/** The records of an upstream's tools: its own definitions, with the limits that the operator has set for them. */
import { msToNumber } from '@temporalio/common/lib/time';
import type { Tool as ListedTool } from '@modelcontextprotocol/server';
import { settingsOf } from '../../config/patterns';
import type { UpstreamSettings } from '../../config/upstreams';
import { TASK_QUEUE } from '../../workflows/contract';
import type { Policy } from '../../workflows/contract';
import type { Annotations, Duration, PolicyInWords } from '../../workflows/define-tool';
import { UPSTREAM_CALL } from '../../workflows/upstream-contract';
import type { Given, OfferedTool, UpstreamCall } from '../../workflows/upstream-contract';
import { isRecord, json } from '../json';
import { answerSchemaOf } from '../schemas';
import { policyOf } from '../tools';
import type { Tool } from '../tools';

/** Without a word from the operator: what a call may work in all, and how long a lost worker goes unnoticed. */
const BUDGET: Duration = '1 hour';
const HEARTBEAT: Duration = '30 s';

/** A tool of an upstream as the gateway knows it. */
export interface UpstreamToolNeeds {
  readonly upstream: string;
  readonly settings: UpstreamSettings;
  readonly offered: OfferedTool;
  /** Its listed name. */
  readonly name: string;
  /** Whether its definition has changed, and no operator has seen that yet. */
  readonly withheld: boolean;
}

export function upstreamTool({ upstream, settings, offered, name, withheld }: UpstreamToolNeeds): Tool {
  const { name: original, definition, digest } = offered;
  const said = settingsOf(settings.tools, { upstream, original, listed: name });
  const annotations: Annotations = isRecord(definition['annotations']) ? definition['annotations'] : {};
  const words = { ...settings.policy, ...said };
  const policy = upstreamPolicy(words, annotations, settings.queue);
  const { title, description } = said;
  const bare = listedAs(definition, {
    name,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
  });
  const exact = policy.approval === 'required' || settings.on_change === 'hold';
  return {
    name,
    origin: { upstream, original },
    listed: withJobState(bare),
    listedBare: bare,
    route: {
      workflow: UPSTREAM_CALL,
      taskQueue: TASK_QUEUE,
      args: (input) => [
        {
          upstream,
          tool: original,
          digest,
          arguments: isRecord(input) ? input : {},
          repeatable: policy.attempts > 1,
          exact,
        } satisfies UpstreamCall,
      ],
    },
    policy,
    // The upstream checks its arguments: ours would be another judge of them, and its patterns are a stranger's.
    check: (args) => ({ ok: true, input: args ?? {} }),
    waitMs: words.wait === undefined ? undefined : msToNumber(words.wait),
    onDisconnect: 'detach',
    needs: [],
    continues: false,
    batch: words.priority === 'batch',
    ownHandles: false,
    ...(withheld && {
      withheld: `${name} has changed at ${upstream}, and its operator has not accepted the new definition yet: holdfast upstreams shows the difference. Nothing was done.`,
    }),
    content: (value) => [{ type: 'text', text: json(value) }],
    structured: (value) => (isRecord(value) ? value : undefined),
  };
}

/** Its own definition, in its own order, under another name. How its server runs it is no affair of the client's. */
function listedAs({ execution: _, ...definition }: Given, changes: Partial<ListedTool>): ListedTool {
  const schema = definition['inputSchema'] === undefined && { inputSchema: { type: 'object' } };
  return { ...definition, ...schema, ...changes } as ListedTool;
}

/** The tool as it is listed to clients that check an answer against the output schema: a handle fits it, too. */
function withJobState(listed: ListedTool): ListedTool {
  const { outputSchema } = listed;
  return outputSchema ? { ...listed, outputSchema: answerSchemaOf(outputSchema) } : listed;
}

type Words = UpstreamSettings['policy'];

/** The policy of a call: by the operator's words, else by the annotations, which are the upstream's. */
function upstreamPolicy(words: Words, annotations: Annotations, queue: string | undefined): Policy {
  const { budget = BUDGET, step_timeout, ttl, ask, attempts, approval } = words;
  const given: PolicyInWords = {
    budget,
    heartbeat: HEARTBEAT,
    ...(step_timeout !== undefined && { stepTimeout: step_timeout }),
    ...(ttl !== undefined && { ttl }),
    ...(ask !== undefined && { ask }),
    ...(attempts !== undefined && { retry: { attempts } }),
    ...(approval === 'required' && { approval }),
    ...(queue !== undefined && { queue }),
  };
  const policy = policyOf(given, annotations);
  // An upstream that asks a person does so on its open connection: the step lasts as long as its working time and that wait.
  return step_timeout === undefined ? { ...policy, stepTimeoutMs: policy.budgetMs + policy.askMs } : policy;
}
