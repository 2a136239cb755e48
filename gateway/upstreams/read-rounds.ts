/**
 * Rounds of a reading: what an upstream wants to know before it gives a resource or a prompt is put to the client that reads, which asks again
 * with the answers and a note (multi round-trip requests of 2026-07-28). The note says what it belongs to, and holds the upstream's own
 * state: no gateway remembers any of it.
 */
import { ProtocolError, ProtocolErrorCode, isSpecType } from '@modelcontextprotocol/server';
import type { InputRequiredResult } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Caller } from '../../workflows/contract';
import type { Given, ReadQuestions, ReadRequest } from '../../workflows/upstream-contract';
import { argsHash } from '../ids';
import type { Ids } from '../ids';
import { isRecord } from '../json';
import type { Seals } from '../seal';

/** Clients give up after ten rounds. What asks for more than these is taken to ask for ever. */
const ROUNDS_MAX = 20;
/** How long somebody may take for the answers, milliseconds. */
const TTL_MS = 3_600_000;

const Note = z.object({
  /** Hash of what is read, and of whom. */
  reading: z.string(),
  owner: z.string(),
  rounds: z.number(),
  until: z.number(),
  /** The upstream's own. */
  state: z.string().optional(),
});

/** What a client brings back from the round before. */
export type ReadRound = z.output<typeof Note>;

/** What is read, as its upstream knows it. */
export type Wanted = Pick<ReadRequest, 'upstream' | 'method'> & { readonly params: Given };

/** Who asks for it, and can be asked. */
export interface Asked {
  readonly caller: Caller;
  /** What the client has declared on this request; undefined: a client of 2025, which has no rounds. */
  readonly capabilities: Given | undefined;
  /** From the round before; absent: this is the first. */
  readonly round?: ReadRound | undefined;
  /** Answers to its questions, by key. */
  readonly responses?: Given | undefined;
}

export interface ReadRounds {
  /** Reads the note of a client. @throws Error when it is not ours, not this caller's, or too old */
  read(state: string, caller: Caller): ReadRound;
  /** What the upstream gets in a later round; undefined in the first. @throws ProtocolError when the note belongs to another reading */
  resumed(wanted: Wanted, by: Asked): Pick<ReadRequest, 'responses' | 'requestState'> | undefined;
  /** The next round. @throws ProtocolError when the client cannot take a question, or there have been enough */
  next(wanted: Wanted, questions: ReadQuestions, by: Asked): InputRequiredResult;
}

export function createReadRounds(
  ids: Pick<Ids, 'subjectTag' | 'tagsOf'>,
  { seal, open }: Pick<Seals, 'seal' | 'open'>,
): ReadRounds {
  return {
    read(state, caller) {
      const note = open('reading', state, Note);
      if (!note || !ids.tagsOf(caller).includes(note.owner))
        throw new Error('Not a note of this gateway to this caller.');
      if (note.until < Date.now()) throw new Error('The note is too old.');
      return note;
    },

    resumed(wanted, { round, responses }) {
      if (!round) {
        if (responses === undefined) return undefined;
        throw refused('inputResponses come with the requestState of the answer that asked for them.');
      }
      if (round.reading !== hashOf(wanted)) throw refused('The requestState belongs to another request.');
      return { ...(responses && { responses }), ...(round.state !== undefined && { requestState: round.state }) };
    },

    next(wanted, { inputRequests, requestState }, { caller, capabilities, round }) {
      const { upstream } = wanted;
      const asked = Object.entries(inputRequests);
      if (!asked.every(([, request]) => isQuestion(request)))
        throw new ProtocolError(
          ProtocolErrorCode.InternalError,
          `What upstream ${upstream} asks before it answers is not of MCP's form.`,
        );
      const wants = [...new Set(asked.map(([, request]) => needOf(request)))];
      const lacking = wants.filter((need) => !declares(capabilities, need));
      if (capabilities === undefined || lacking.length > 0)
        throw refused(
          `Upstream ${upstream} asks a question before it answers, which this client cannot take: it would have to speak 2026-07-28${
            wants.length > 0 ? ` and declare ${wants.join(' and ')}` : ''
          }.`,
        );
      const rounds = (round?.rounds ?? 0) + 1;
      if (rounds > ROUNDS_MAX) throw refused(`Upstream ${upstream} asks for more than ${ROUNDS_MAX} rounds.`);
      const note: ReadRound = {
        reading: hashOf(wanted),
        owner: ids.subjectTag(caller),
        rounds,
        until: Date.now() + TTL_MS,
        ...(requestState !== undefined && { state: requestState }),
      };
      return {
        resultType: 'input_required',
        requestState: seal('reading', note),
        ...(asked.length > 0 && {
          inputRequests: Object.fromEntries(asked.map(([key, request]) => [key, named(upstream, request)])),
        }),
      } as InputRequiredResult;
    },
  };
}

const refused = (why: string): ProtocolError => new ProtocolError(ProtocolErrorCode.InvalidParams, why);

/** Whatever else a client sends along, such as a token for progress, may be another one each time. */
const hashOf = ({ upstream, method, params: { uri, name, arguments: given = {} } }: Wanted): string =>
  argsHash(method === 'resources/read' ? [upstream, method, uri] : [upstream, method, name, given]);

type Question = ReadQuestions['inputRequests'][string];

function isQuestion(request: Question): boolean {
  const { mode, message, url } = request.params;
  // The SDK's own form wants an elicitationId, too, which ended with 2025-11-25.
  if (request.method === 'elicitation/create' && mode === 'url')
    return typeof message === 'string' && typeof url === 'string';
  return [isSpecType.ElicitRequest, isSpecType.CreateMessageRequest, isSpecType.ListRootsRequest].some((is) =>
    is(request),
  );
}

/** The capability that a client takes a question with, as its path: `elicitation.form`. */
function needOf({ method, params }: Question): string {
  switch (method) {
    case 'elicitation/create':
      return params['mode'] === 'url' ? 'elicitation.url' : 'elicitation.form';
    case 'sampling/createMessage':
      return params['tools'] === undefined && params['toolChoice'] === undefined ? 'sampling' : 'sampling.tools';
    default:
      return 'roots';
  }
}

/** An empty `elicitation` means forms. */
function declares(capabilities: Given = {}, need: string): boolean {
  const [name = '', part] = need.split('.');
  const declared = capabilities[name];
  if (!isRecord(declared)) return false;
  return part === undefined || isRecord(declared[part]) || (part === 'form' && Object.keys(declared).length === 0);
}

/** A person is told who asks. */
function named(upstream: string, { method, params }: Question): Question {
  if (method !== 'elicitation/create') return { method, params };
  return { method, params: { ...params, message: `${upstream} asks: ${String(params['message'])}` } };
}
