/**
 * `subscriptions/listen` with `taskIds`: a stream of what becomes of some tasks. The SDK's own knows no tasks. It holds
 * nothing: after a break a client subscribes again, here or at another replica.
 */
import type { ServerResponse } from 'node:http';
import { SERVER_INFO_META_KEY, SUBSCRIPTION_ID_META_KEY } from '@modelcontextprotocol/server';
import pLimit from 'p-limit';
import { z } from 'zod';
import type { Caller, JobId } from '../../workflows/contract';
import type { Answers } from '../call/answer';
import { modernClient } from './client';
import { TASKS_EXTENSION } from '../call/client';
import { Problem, unlessGone } from '../errors';
import { isJobId } from '../ids';
import type { Ids } from '../ids';
import { isRecord } from '../json';
import type { Jobs } from '../jobs/jobs';
import { problemsIn } from '../problems';
import { KEEP_ALIVE, KEEP_ALIVE_MS, STREAM_HEADERS, deliver, send } from '../http/stream';
import type { JobView } from '../jobs/view';
import type { Watch } from '../call/watch';
import { createFeed } from './feed';
import type { Subscriber } from './feed';

/** Task ids in one subscription; open subscriptions of one caller and of the process; looks under way at one time. */
const MAX = { ids: 100, streams: 1_000, all: 2_000, looks: 20 };

const Listen = z.looseObject({
  id: z.union([z.string(), z.number()]),
  method: z.literal('subscriptions/listen'),
  params: z.looseObject({
    _meta: z.record(z.string(), z.unknown()),
    notifications: z.looseObject({ taskIds: z.unknown().refine((ids) => ids !== undefined) }),
  }),
});

const Tasks = z.looseObject({ taskIds: z.array(z.string()).max(MAX.ids) });

/** A subscription to tasks, as it was asked for. */
export type Subscription = z.output<typeof Listen>;

/** The subscription in a body; undefined when it is none, or one without tasks. */
export function subscriptionIn(body: unknown): Subscription | undefined {
  if (!isRecord(body) || body['method'] !== 'subscriptions/listen') return undefined; // as nearly all are
  return Listen.safeParse(body).data;
}

export interface Listeners {
  /** Why this subscription cannot be served; undefined when it can. */
  problemWith(subscription: Subscription, caller: Caller): Problem | undefined;
  /** Serves a subscription to its end. */
  listen(subscription: Subscription, caller: Caller, response: ServerResponse): Promise<void>;
}

export interface ListenersNeeds {
  readonly jobs: Pick<Jobs, 'look' | 'outcomeOf'>;
  readonly watch: Pick<Watch, 'follow'>;
  readonly answers: Pick<Answers, 'ended'>;
  readonly ids: Ids;
  readonly serverInfo: { readonly name: string; readonly version: string };
}

export function createListeners({ jobs, watch, answers, ids, serverInfo }: ListenersNeeds): Listeners {
  const feed = createFeed({ jobs, watch, answers });
  const streams = new Map<string, number>();
  const looking = pLimit(MAX.looks);
  let all = 0;

  /** The jobs that the caller may see. The other ids are passed over in silence. */
  async function visible(caller: Caller, taskIds: readonly string[], gone: () => boolean): Promise<JobView[]> {
    const look = async (id: JobId): Promise<JobView | undefined> =>
      gone() ? undefined : jobs.look(ids.refOf(caller, id)).catch(unlessGone);
    const known = [...new Set(taskIds)].filter(isJobId);
    const views = await Promise.all(known.map((id) => looking(() => look(id))));
    return views.filter((view) => view !== undefined);
  }

  async function serve({ id, params }: Subscription, caller: Caller, response: ServerResponse): Promise<void> {
    const client = modernClient(params._meta);
    const asked = Tasks.parse(params.notifications);
    const views = await visible(caller, asked.taskIds, () => response.destroyed);
    if (response.destroyed) return; // hung up while we looked
    const stamped = { [SUBSCRIPTION_ID_META_KEY]: id };
    /** One message at a time, and the next one is made when the client has taken the last. */
    const turns = pLimit(1);
    const say = (message: object): Promise<boolean> => send(response, JSON.stringify({ jsonrpc: '2.0', ...message }));
    const notify = (method: string, params: object): Promise<boolean> =>
      say({ method, params: { ...params, _meta: stamped } });

    response.writeHead(200, STREAM_HEADERS);
    const taskIds = views.map(({ ref }) => ref.id);
    void turns(() => notify('notifications/subscriptions/acknowledged', { notifications: { taskIds } }));

    const keepAlive = setInterval(() => {
      if (turns.activeCount === 0) void turns(() => deliver(response, KEEP_ALIVE));
    }, KEEP_ALIVE_MS);
    const leaves = new Set<() => void>();
    const finished = new Promise<void>((resolve) => {
      response.once('close', resolve);
      let open = views.length;
      if (open === 0) resolve();
      const subscriber: Subscriber = {
        can: client.can,
        inTurn: turns,
        tell: (task) => notify('notifications/tasks', task),
        gone: () => response.destroyed,
        onOver: () => {
          if (--open === 0) resolve();
        },
        onStop: resolve,
      };
      for (const view of views) leaves.add(feed(view, subscriber));
    });
    await finished;
    clearInterval(keepAlive);
    leaves.forEach((leave) => leave());
    if (!response.writable) return;
    const _meta = { ...stamped, [SERVER_INFO_META_KEY]: serverInfo };
    await turns(async () => {
      if (await say({ id, result: { resultType: 'complete', _meta } })) response.end();
    });
  }

  return {
    problemWith({ params }, caller) {
      if (!modernClient(params._meta).tasks)
        return new Problem('lacking', {
          what: 'Subscriptions to tasks need the tasks extension.',
          requiredCapabilities: { extensions: { [TASKS_EXTENSION]: {} } },
        });
      const { error } = Tasks.safeParse(params.notifications);
      if (error)
        return new Problem('wrong_params', { what: `This is no subscription to tasks: ${problemsIn(error.issues)}.` });
      if (all >= MAX.all || (streams.get(ids.subjectTag(caller)) ?? 0) >= MAX.streams)
        return new Problem('too_many_streams');
      return undefined;
    },

    async listen(subscription, caller, response) {
      const owner = ids.subjectTag(caller);
      all += 1;
      streams.set(owner, (streams.get(owner) ?? 0) + 1);
      try {
        await serve(subscription, caller, response);
      } finally {
        all -= 1;
        const left = (streams.get(owner) ?? 1) - 1;
        if (left > 0) streams.set(owner, left);
        else streams.delete(owner);
      }
    },
  };
}
