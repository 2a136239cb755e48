/** An MCP server as an upstream. */
import pLimit from 'p-limit';
import { msToNumber } from '@temporalio/common/lib/time';
import { isOffered } from '../../../config/patterns';
import { prefixOf } from '../../../config/tool-names';
import type { FollowRequest, UpstreamRequest } from '../../../workflows/upstream-contract';
import type { UpstreamLog } from '../log';
import type { Upstream } from '../upstream';
import { call } from './call';
import { createDefinitions } from './definitions';
import { listAll } from './list';
import { createOpen } from './open';
import type { McpSettings } from './open';
import { CALLER_IDLE_MS, createPool } from './pool';
import type { Session } from './pool';
import { read } from './read';
import { follow } from './tasks';
import { Trouble, failureOf } from './trouble';
import { heeding } from './waiting';

export interface McpNeeds {
  readonly name: string;
  readonly settings: McpSettings;
  /** The version of Holdfast, which servers are told. */
  readonly version: string;
  readonly log: UpstreamLog;
}

const SHARED: Session = { key: 'shared', keepMs: Infinity };

export function createMcpUpstream({ name, settings, version, log }: McpNeeds): Upstream {
  const { limits } = settings;
  const idleMs = limits.idle === undefined ? undefined : msToNumber(limits.idle);
  const listLimits = {
    maxTools: limits.max_tools,
    maxDefinition: limits.max_definition,
    pageMs: msToNumber(limits.connect),
    isOffered: (original: string) =>
      isOffered(settings, { upstream: name, original, listed: `${prefixOf(name, settings.prefix)}${original}` }),
  };
  const definitions = createDefinitions(listLimits);
  const listeners: (() => void)[] = [];
  const changed = (): void => {
    definitions.forget();
    for (const listener of listeners) listener();
  };
  const open = createOpen({ name, settings, version, log, onChange: changed });
  const pool = createPool({ name, open, onLost: changed });
  const inTurn = pLimit(limits.concurrency);

  function sessionOf({ caller }: Pick<UpstreamRequest, 'caller'>, own: string): Session {
    switch (settings.session) {
      case 'shared':
        return SHARED;
      case 'caller':
        return { key: `caller ${caller}`, keepMs: CALLER_IDLE_MS };
      case 'call':
        return { key: own, keepMs: 0 };
    }
  }

  /** The session in which a task was begun goes on for it. */
  const taskSession = (request: Pick<FollowRequest, 'caller'>, id: string): Session => ({
    ...sessionOf(request, `task ${id}`),
    ...(settings.session === 'call' && { keepMs: CALLER_IDLE_MS }),
  });

  async function failing<T>(repeatable: boolean, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw error instanceof Trouble ? failureOf(error, repeatable) : error;
    }
  }

  /** Lists, and reads what belongs to no caller. */
  const listing: Session = settings.session === 'shared' ? SHARED : { key: 'listing', keepMs: CALLER_IDLE_MS };
  let calls = 0;

  return {
    list: (signal) =>
      failing(true, () => pool.use(listing, signal, (connection) => listAll(connection, listLimits, signal))),

    call: (request, context) =>
      failing(request.repeatable, () => {
        const { signal } = context;
        const session = sessionOf(request, `call ${(calls += 1)}`);
        const turn = inTurn(() => {
          signal.throwIfAborted();
          return pool.use(session, signal, async (connection, goesOn) => {
            const answer = await call({ name, connection, definitions, idleMs }, request, context);
            if (answer.kind === 'task' && settings.session === 'call') goesOn(taskSession(request, answer.task.id));
            return answer;
          });
        });
        return heeding(signal, turn);
      }),

    follow: (request, context) =>
      failing(true, () => {
        const session = taskSession(request, request.task.id);
        return pool.use(session, context.signal, async (connection, goesOn) => {
          const answer = await follow({ name, connection }, request, context);
          if (answer.kind === 'result' && settings.session === 'call') goesOn({ ...session, keepMs: 0 });
          return answer;
        });
      }),

    read: (request, signal) => {
      const { caller } = request;
      const session = settings.session === 'caller' && caller !== undefined ? sessionOf({ caller }, '') : listing;
      return failing(true, () => pool.use(session, signal, (connection) => read(name, connection, request, signal)));
    },

    onChange: (listener) => void listeners.push(listener),
    close: (withinMs) => pool.close(withinMs),
  };
}
