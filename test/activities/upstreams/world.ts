/** Upstreams for the tests: a scripted process, and what a call needs. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/activity';
import { createMcpUpstream } from '../../../activities/upstreams/mcp/mcp';
import { digestOf } from '../../../activities/upstreams/digest';
import type { CallContext, Upstream } from '../../../activities/upstreams/upstream';
import { HttpUpstream, StdioUpstream } from '../../../config/upstreams';
import type { Given, UpstreamAnswer, UpstreamRequest } from '../../../workflows/upstream-contract';

const SCRIPTED = join(__dirname, 'servers', 'scripted.cjs');

export interface Logged {
  readonly fields: object;
  readonly message: string;
}

const open: Upstream[] = [];

/** Ends what a test has left. */
export async function closeAll(): Promise<void> {
  await Promise.all(open.splice(0).map((upstream) => upstream.close(0)));
}

/** @param settings - as in the file */
export function upstreamOf(settings: object, logged: Logged[] = []): Upstream {
  const take = (fields: object, message: string): void => void logged.push({ fields, message });
  const parsed = 'command' in settings ? StdioUpstream.parse(settings) : HttpUpstream.parse(settings);
  const upstream = createMcpUpstream({
    name: 'up',
    settings: parsed,
    version: '0',
    log: { info: take, warn: take },
  });
  open.push(upstream);
  return upstream;
}

export interface Scripted {
  readonly upstream: Upstream;
  readonly logged: readonly Logged[];
  /** What the server has received, and said of itself. */
  received(): Given[];
  /** How many processes were started. */
  starts(): number;
}

export const recordIn = (file: string): Given[] => {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Given);
  } catch {
    return [];
  }
};

export const newRecord = (): string => join(mkdtempSync(join(tmpdir(), 'holdfast-upstream-')), 'record');

export function scripted(settings: object = {}, env: Record<string, string> = {}): Scripted {
  const file = newRecord();
  const logged: Logged[] = [];
  const upstream = upstreamOf(
    { command: process.execPath, args: [SCRIPTED], env: { ...env, RECORD: file }, ...settings },
    logged,
  );
  const received = (): Given[] => recordIn(file);
  return { upstream, logged, received, starts: () => received().filter((entry) => 'started' in entry).length };
}

export const SCRIPTED_SERVER = SCRIPTED;

export function requestOf(tool: string, more: Partial<UpstreamRequest> = {}): UpstreamRequest {
  return {
    upstream: 'up',
    tool,
    digest: digestOf('another'),
    arguments: {},
    repeatable: false,
    exact: false,
    key: 'key-1',
    caller: 'caller-1',
    ...more,
  };
}

export function contextOf(more: Partial<CallContext> = {}): CallContext {
  return {
    signal: new AbortController().signal,
    report: () => undefined,
    attempt: 1,
    ask: () => Promise.resolve({ refused: 'nobody' }),
    isOver: () => Promise.resolve(false),
    ...more,
  };
}

export const textOf = (answer: UpstreamAnswer): string => {
  if (answer.kind !== 'result') return answer.kind;
  const [block] = answer.result['content'] as { text: string }[];
  return block?.text ?? '';
};

/** How a promise failed: kind, sentence, side effect. */
export async function failureOf(running: Promise<unknown>) {
  const error: unknown = await running.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApplicationFailure)) throw new Error('It did not fail as a step does.', { cause: error });
  const [detail] = error.details as { sideEffect: string }[];
  return { type: error.type, message: error.message, sideEffect: detail?.sideEffect };
}
