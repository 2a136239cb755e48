/** Opens connections to an upstream as its settings say, and remembers what it has learned about the server. */
import type { z } from 'zod';
import { msToNumber } from '@temporalio/common/lib/time';
import type { HttpUpstream, StdioUpstream } from '../../../config/upstreams';
import type { UpstreamLog } from '../log';
import { connect } from './connection';
import type { Connection } from './connection';
import { createStreamable } from './http';
import type { Link } from './link';
import { createOldSse } from './old-sse';
import { createPipes } from './pipes';
import { Trouble } from './trouble';

export type McpSettings = z.output<typeof HttpUpstream> | z.output<typeof StdioUpstream>;

/** How long a process may say nothing when it is asked which revisions it speaks, milliseconds: some older servers never do. */
const PROBE_MS = 15_000;

export interface OpenNeeds {
  readonly name: string;
  readonly settings: McpSettings;
  /** The version of Holdfast, which servers are told. */
  readonly version: string;
  readonly log: UpstreamLog;
  readonly onChange: () => void;
}

/** @returns what opens a connection; it throws Trouble */
export function createOpen(needs: OpenNeeds): () => Promise<Connection> {
  const { settings } = needs;
  return 'command' in settings ? openProcess(needs, settings) : openHttp(needs, settings);
}

const common = ({ name, version, settings, onChange }: OpenNeeds) => ({
  name,
  version,
  limitMs: msToNumber(settings.limits.connect),
  probeMs: PROBE_MS,
  onChange,
});

function openProcess(needs: OpenNeeds, settings: z.output<typeof StdioUpstream>): () => Promise<Connection> {
  const { name, log } = needs;
  const { command, args, env, cwd, limits } = settings;
  const pipes = (): Link => createPipes({ name, command, args, env, cwd, maxBytes: limits.max_bytes, log });
  let legacy = false;
  return async () => {
    const first = await connect({ ...common(needs), link: pipes(), legacy }).catch((error: unknown) => {
      // Some older servers end when they are asked which revisions they speak.
      if (legacy || (error instanceof Trouble && error.kind === 'denied')) throw error;
      return connect({ ...common(needs), link: pipes(), legacy: true });
    });
    legacy = !first.modern;
    return first;
  };
}

function openHttp(needs: OpenNeeds, settings: z.output<typeof HttpUpstream>): () => Promise<Connection> {
  const { name } = needs;
  const { transport, url, headers, oauth, limits } = settings;
  const http = { name, url, headers, oauth, maxBytes: limits.max_bytes };
  let old = transport === 'sse';
  const openOld = (): Promise<Connection> => connect({ ...common(needs), link: createOldSse(http), legacy: true });
  const openNew = (legacy: boolean): Promise<Connection> =>
    connect({ ...common(needs), link: createStreamable(http), legacy });
  return async () => {
    if (old) return openOld();
    try {
      return await openNew(false);
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      // Some older servers fail when they are asked which revisions they speak.
      const heard = error.kind === 'unsent' && error.cause instanceof Trouble && error.cause.kind !== 'unsent';
      const opened = await (
        heard
          ? openNew(true)
          : error.kind === 'denied' && transport === undefined
            ? openOld().then((connection) => {
                old = true;
                return connection;
              })
            : undefined
      )?.catch(() => undefined);
      if (!opened) throw error;
      return opened;
    }
  };
}
