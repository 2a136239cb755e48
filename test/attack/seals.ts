/** Signed notes that were forged, or are somebody else's, of another kind, or of another time: session ids, `requestState`, ids of questions, cursors. */
import { createSeals } from '../../gateway/seal';
import { dataIn } from './answers';
import { declaring, legacySession, modern, post, stream } from '../fixtures/raw';
import type { RawAnswer } from '../fixtures/raw';
import { forgeriesOf } from './forgeries';
import { createTally, mustGetIn } from './tally';
import type { Tally } from './tally';

const KINDS = ['session', 'round', 'question'] as const;
type Kind = (typeof KINDS)[number];
type Notes = Readonly<Record<Kind, string>>;

const as = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });
const accept = (name: unknown) => ({ action: 'accept', content: { name } });
const PREFIX = 'in.';

/** Whether a note of a kind is taken when it comes from the holder of `key`. */
const TAKEN: Readonly<Record<Kind, (url: string, key: string, note: string) => Promise<boolean>>> = {
  /** A batch is refused in a session of a revision that has none. */
  async session(url, key, note) {
    const batch = [{ jsonrpc: '2.0', id: 1, method: 'ping' }];
    return (await post(url, batch, { ...as(key), 'mcp-session-id': note })).text.includes('Batches ended');
  },
  async round(url, key, note) {
    return isAnswered(await greet(url, key, { requestState: note }));
  },
  /** An answer that does not fit its question is complained of, and leaves it open. One to no question is dropped. */
  async question(url, key, note) {
    const answer = { jsonrpc: '2.0', id: `${PREFIX}${note}`, result: accept(5) };
    return (await post(url, answer, { ...as(key), 'mcp-protocol-version': '2025-11-25' })).status !== 202;
  },
};

const isAnswered = ({ message }: RawAnswer): boolean => message.result !== undefined;
const greet = (url: string, key: string, more: Record<string, unknown> = {}) =>
  modern(url, 'tools/call', declaring({ elicitation: true }, { name: 'greet', arguments: {}, ...more }), as(key));

/** One note of each kind, as a caller is given them; and what ends the stream on which the question stands. */
async function notesOf(url: string, key: string) {
  const { session, headers } = await legacySession(url, { elicitation: {} }, '2025-11-25', 'raw', as(key));
  const call = { id: 1, method: 'tools/call', params: { name: 'greet', arguments: {} } };
  const { messages, hangUp } = await stream(url, call, headers);
  let question = '';
  for await (const { method, id } of messages) {
    if (method !== 'elicitation/create') continue;
    question = String(id).slice(PREFIX.length);
    break;
  }
  const round = String((await greet(url, key)).message.result?.['requestState']);
  return { notes: { session, round, question } satisfies Notes, hangUp };
}

/**
 * @param secret - the gateway's, to make notes that are signed well and good for nothing
 * @param callers - keys of three callers: two subjects of one tenant, and one of another
 * @param every - only every so many of the forgeries is tried
 */
export async function seals(url: string, secret: string, callers: readonly string[], every = 1): Promise<Tally> {
  const { tried, ...tally } = createTally();
  const all = await Promise.all(callers.map(async (key) => ({ key, ...(await notesOf(url, key)) })));
  const notes = all.flatMap((caller) => Object.values(caller.notes));
  const [own] = all;
  if (!own) throw new Error('Nobody has a note.');
  const { seal } = createSeals(secret);

  for (const kind of KINDS) {
    const note = own.notes[kind];
    const taken = (what: string, forged: string, key = own.key): Promise<void> =>
      TAKEN[kind](url, key, forged).then((is) => tried(`${kind}: ${what}`, is));
    mustGetIn(`${kind}: what was given out`, await TAKEN[kind](url, own.key, note));

    const forgeries = forgeriesOf(
      note,
      notes.filter((other) => other !== note),
    );
    for (const [what, forged] of forgeries.filter((_, nth) => nth % every === 0)) await taken(what, forged);
    for (const { key } of all.slice(1)) await taken('of another caller', note, key);
    for (const other of KINDS.filter((it) => it !== kind)) {
      await taken(`which is a ${other}`, own.notes[other]);
      await taken(`signed as a ${other}`, seal(other, saidBy(note)));
    }
    if ('until' in saidBy(note)) await taken('after its time', seal(kind, { ...saidBy(note), until: Date.now() - 1 }));
    mustGetIn(`${kind}: what was given out, in the end`, await TAKEN[kind](url, own.key, note));
  }

  const { round, question } = own.notes;
  for (const [name, args] of [
    ['greet_briefly', {}],
    ['pair', {}],
    ['echo', { text: 'x' }],
  ] as const) {
    const call = declaring({ elicitation: true }, { name, arguments: args, requestState: round });
    tried(`round: with ${name}`, isAnswered(await modern(url, 'tools/call', call, as(own.key))));
  }
  for (const cursor of [...notes, '0', '1', '-1', 'MQ', 'page-2', '{"offset":1}'])
    for (const method of ['tools/list', 'resources/list', 'resources/templates/list'])
      tried(`${method}: a cursor that is none`, isAnswered(await modern(url, method, { cursor }, as(own.key))));

  const { job } = saidBy(question) as { job: string };
  for (const name of ['Ada', 'Eve'])
    await post(
      url,
      { jsonrpc: '2.0', id: `${PREFIX}${question}`, result: accept(name) },
      { ...as(own.key), 'mcp-protocol-version': '2025-11-25' },
    );
  const ended = await modern(url, 'tools/call', { name: 'job_wait', arguments: { job_ids: [job] } }, as(own.key));
  mustGetIn('the answer to a question', dataIn(ended)['greeting'] !== undefined);
  tried('question: answered twice', dataIn(ended)['greeting'] !== 'Hello, Ada!');
  for (const { hangUp } of all) hangUp();
  return { tried, ...tally };
}

/** What a note says: it is signed, and no secret. */
function saidBy(note: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(note.split('.')[0] ?? '', 'base64url').toString()) as Record<string, unknown>;
}
