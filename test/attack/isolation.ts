/**
 * Somebody else's job id against one that never was, by every way that takes an id: what tells the two apart tells that the job
 * exists. Whatever is asked, its owner's job goes on.
 */
import { randomBytes } from 'node:crypto';
import { newLedger } from '../fixtures/ledger';
import { declaring, legacySession, modern, post } from '../fixtures/raw';
import type { RawAnswer } from '../fixtures/raw';
import { dataIn } from './answers';
import { createTally, mustGetIn } from './tally';
import type { Tally } from './tally';

const MODERN = '2026-07-28';
/** The one of 2025 that has tasks. */
const CORE = '2025-11-25';
export const REVISIONS = [MODERN, CORE, '2025-06-18', '2025-03-26', '2024-11-05'];

/** How often what looks different is looked at again. */
const TRIES = 3;

/** A request about an id. */
type Way = (id: string) => readonly [method: string, params: Record<string, unknown>];

export const tool =
  (name: string, args: (id: string) => Record<string, unknown>): Way =>
  (id) => ['tools/call', { name, arguments: args(id) }];
const task =
  (method: string, more: Record<string, unknown> = {}): Way =>
  (id) => [method, { taskId: id, ...more }];
const resource =
  (path: string): Way =>
  (id) => ['resources/read', { uri: `holdfast://job/${id}/${path}` }];

/** What waits for nothing: a job that runs is asked after, too. */
const HANDLES: Readonly<Record<string, Way>> = {
  job_wait: tool('job_wait', (id) => ({ job_ids: [id], timeout_s: 0 })),
  job_result: tool('job_result', (id) => ({ job_id: id })),
  job_respond: tool('job_respond', (id) => ({ job_id: id, question: 'q1', content: { name: 'Eve' } })),
  job_continue: tool('job_continue', (id) => ({ job_id: id })),
  query_errand: tool('query_errand', (id) => ({ job_id: id })),
  wait_errand: tool('wait_errand', (id) => ({ job_id: id, timeout_s: 0 })),
  cancel_errand: tool('cancel_errand', (id) => ({ job_id: id })),
  job_cancel: tool('job_cancel', (id) => ({ job_id: id })),
  'a result': resource('result'),
  'a page of a result': resource('result?offset=5'),
  'content of a result': resource('content/1'),
};

const EXTENSION: Readonly<Record<string, Way>> = {
  'tasks/get': task('tasks/get'),
  'tasks/update': task('tasks/update', { inputResponses: { q1: { action: 'accept', content: { name: 'Eve' } } } }),
  'tasks/cancel': task('tasks/cancel'),
  'subscriptions/listen': (id) => ['subscriptions/listen', { notifications: { taskIds: [id] } }],
};

const CORE_TASKS: Readonly<Record<string, Way>> = {
  'tasks/get': task('tasks/get'),
  'tasks/result': task('tasks/result'),
  'tasks/cancel': task('tasks/cancel'),
};

/** The ways of each revision. */
export function waysOf(revision: string): readonly (readonly [what: string, way: Way])[] {
  return Object.entries({
    ...HANDLES,
    ...(revision === MODERN && EXTENSION),
    ...(revision === CORE && CORE_TASKS),
  });
}

const as = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });

/** Sends a request, always under the same id. */
export function ask(url: string, key: string, revision: string, [method, params]: ReturnType<Way>): Promise<RawAnswer> {
  return revision === MODERN
    ? modern(url, method, declaring({ tasks: true }, params), as(key))
    : post(url, { jsonrpc: '2.0', id: 1, method, params }, { 'mcp-protocol-version': revision, ...as(key) });
}

/** All that a caller sees of an answer but for the time of day, with the id taken out. */
function seenOf({ status, headers, text }: RawAnswer, id: string): string {
  return JSON.stringify([status, [...headers].filter(([name]) => name !== 'date'), text]).replaceAll(id, '<id>');
}

/** An id of the same form that nobody has been given. */
export function neverWas(id: string): string {
  const characters = [...randomBytes(16)].map((byte) => '0123456789abcdefghjkmnpqrstvwxyz'.charAt(byte & 31));
  return `${id.split('_')[0] ?? ''}_${characters.join('')}`;
}

/** The victim's jobs: one that runs, one that asks, one with handle tools of its own, one that is done; and a schedule. */
export async function jobsOf(url: string, key: string) {
  const session = await legacySession(url, { elicitation: {} }, CORE, 'raw', as(key));
  const ledger = newLedger();
  const start = async (name: string, args: object): Promise<string> => {
    const { message } = await session.request(url, 'tools/call', { name, arguments: args, task: {} });
    return (message.result?.['task'] as { taskId: string }).taskId;
  };
  const walk = { ledger: ledger.path, steps: ['gated'] };
  const [running, asking, errand, done] = await Promise.all([
    start('walk', walk),
    start('greet', {}),
    start('errand', walk),
    start('picture', {}),
  ]);
  await session.request(url, 'tasks/result', { taskId: done });
  const every = { tool: 'echo', arguments: { text: 'x' }, every: '1 day' };
  const scheduled = dataIn(await session.request(url, 'tools/call', { name: 'job_schedule', arguments: every }));
  const look = async (taskId: string): Promise<unknown> =>
    (await session.request(url, 'tasks/get', { taskId })).message.result?.['status'];
  return {
    jobs: { running, asking, errand, done },
    schedule: String(scheduled['schedule_id']),
    look,
    /** Lets those that run come to their end. */
    async end() {
      ledger.open('gated');
      for (const taskId of [running, errand]) await session.request(url, 'tasks/result', { taskId });
    },
  };
}

export interface IsolationNeeds {
  readonly url: string;
  /** The key of the one whose jobs are looked for. */
  readonly victim: string;
  /** Keys of another subject of the tenant, and of the same subject name in another tenant. */
  readonly attackers: readonly string[];
  readonly revisions: readonly string[];
}

/** Compares what is seen. */
export async function isolation({ url, victim, attackers, revisions }: IsolationNeeds): Promise<Tally> {
  const { tried, ...tally } = createTally();
  const { jobs, schedule, look, end } = await jobsOf(url, victim);
  const seen = async (key: string, revision: string, way: Way, id: string): Promise<string> =>
    seenOf(await ask(url, key, revision, way(id)), id);

  /** An answer that takes longer than a second on a busy machine comes as a stream: what tells ids apart does so each time. */
  async function tellsApart(key: string, revision: string, way: Way, id: string): Promise<boolean> {
    for (let tries = 0; tries < TRIES; tries += 1)
      if ((await seen(key, revision, way, id)) === (await seen(key, revision, way, neverWas(id)))) return false;
    return true;
  }

  async function attack(key: string, revision: string): Promise<void> {
    for (const [what, way] of waysOf(revision))
      for (const id of [...Object.values(jobs), ...(what === 'job_cancel' ? [schedule] : [])])
        tried(`${what} on ${revision}`, await tellsApart(key, revision, way, id));
    for (const running of [true, false]) {
      const { text } = await ask(url, key, revision, tool('job_list', () => ({ running, limit: 50 }))(''));
      tried(
        `job_list on ${revision}`,
        [...Object.values(jobs), schedule].some((id) => text.includes(id)),
      );
    }
  }
  for (const revision of revisions) await Promise.all(attackers.map((key) => attack(key, revision)));

  tried('a job that ran has ended', (await look(jobs.running)) !== 'working');
  tried('an errand that ran has ended', (await look(jobs.errand)) !== 'working');
  tried('a question is no longer open', (await look(jobs.asking)) !== 'input_required');
  await end();
  tried('a job was cancelled', (await look(jobs.running)) !== 'completed');
  tried('an errand was cancelled', (await look(jobs.errand)) !== 'completed');
  for (const revision of revisions)
    for (const [what, way] of waysOf(revision)) {
      const [own, absent] = [jobs.done, neverWas(jobs.done)];
      const differs = (await seen(victim, revision, way, own)) !== (await seen(victim, revision, way, absent));
      mustGetIn(`${what} on ${revision} by its owner`, differs);
    }
  const [revision = MODERN] = revisions;
  const ended = await ask(url, victim, revision, tool('job_cancel', (id) => ({ job_id: id }))(schedule));
  tried('a schedule was ended', !ended.text.includes(`Schedule ${schedule} has ended`));
  return { tried, ...tally };
}
