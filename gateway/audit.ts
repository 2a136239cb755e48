/**
 * What an operator reads of the requests of others: one line for each call, for each other request that changes something, and for
 * each refusal. It says who, what, when and what came of it, and never holds arguments, results or keys.
 */
import { ProtocolError } from '@modelcontextprotocol/server';
import type { Result } from '@modelcontextprotocol/server';
import type { Logger } from 'pino';
import type { Caller } from '../workflows/contract';
import { Problem } from './errors';
import type { Visit } from './visit';
import { isRecord } from './json';
import type { Metrics } from './metrics';

/** How much of the hash of the arguments a line has: enough to compare it with the one that the job has in its memo. */
const HASH_SHOWN = 16;
/** Equal lines that are written within a second. Further ones become one line, with their number. */
const EQUAL_MAX = 10;
const SECOND_MS = 1_000;

/** What becomes known of a request on its way. */
export interface Note {
  /** The job, or the schedule, that it is about. */
  readonly job?: string;
  /** SHA-256 of the arguments, hex. */
  readonly args?: string;
  /** How the job ended that was waited for; `open`: the answer was a task or a handle. */
  readonly outcome?: 'done' | 'partial' | 'failed' | 'cancelled' | 'open';
  /** The kind of failure of a job that failed. */
  readonly failure?: string;
  /** A job was started: no flood of equals, since each has its place under a quota. */
  readonly started?: true;
  /** Its client gave up, and so the job was told to stop. */
  readonly abandoned?: true;
  /** Why it was refused, where its answer does not tell. */
  readonly refused?: string;
}

/** A request, as it came. */
export interface Asked {
  readonly visit: Visit;
  readonly caller: Caller;
  readonly method: string;
  /** The tool that is called, by the name that the client gives. */
  readonly tool?: string;
}

/** Takes note of what becomes known. */
export type TakeNote = (more: Note) => void;

export interface Audit {
  /** Runs what a request asks for, and writes its line when the answer is known. Returns, or throws, what `run` does. */
  told<R>(asked: Asked, run: (note: TakeNote) => Promise<R>): Promise<R>;
  /** Writes the line of a request that was refused at the door, unless it has one. `from`: the address of the client. */
  refused(visit: Visit, status: number, code: string | undefined, from: string | undefined): void;
  /** Writes what is still only counted. */
  flush(): void;
}

/**
 * @param tools - the names on offer: any other in a call is a stranger's words, and is not written down
 * @param metrics - counts the same; absent: nobody reads metrics
 */
export function createAudit(log: Logger, tools: Pick<ReadonlySet<string>, 'has'>, metrics?: Metrics): Audit {
  const equals = createEquals((line, message) => log.info(line, message));

  return {
    async told({ visit, caller, method, tool }, run) {
      const begun = performance.now();
      const known = tool === undefined ? undefined : tools.has(tool) ? tool : 'unknown';
      let noted: Note = {};
      const write = (trouble: Trouble | undefined): void => {
        visit.told = true;
        const { started, args, job = trouble?.job, outcome, refused, ...facts } = noted;
        const why = trouble?.why ?? refused;
        // What went wrong after a job was accepted, in reading its result say, does not undo that.
        const decision = why === undefined || outcome ? 'accepted' : trouble?.unknown === true ? 'unknown' : 'refused';
        const { tenant, subject } = caller;
        const who = { tenant, subject, method, tool: known, decision };
        const ms = performance.now() - begun;
        const line = {
          ...who,
          ...(why !== undefined && (decision === 'refused' ? { refused: why } : { error: why })),
          job,
          outcome,
          ...facts,
          args: args?.slice(0, HASH_SHOWN),
          ms: Math.round(ms),
          request: visit.id,
        };
        if (started) log.info(line, 'call');
        // A refused request may name any job; one that was accepted names a job of its caller.
        else equals.write({ ...who, why, job: decision === 'accepted' ? job : undefined }, line, 'call');
        if (known !== undefined)
          metrics?.called(known, decision === 'accepted' ? (outcome ?? 'answered') : decision, ms);
        if (decision === 'refused' && why !== undefined) metrics?.refused(why);
      };
      metrics?.open(1);
      try {
        const result = await run((more) => (noted = { ...noted, ...more }));
        write(troubleIn(result));
        return result;
      } catch (error) {
        write({
          why:
            error instanceof Problem ? error.code : error instanceof ProtocolError ? `error ${error.code}` : 'internal',
        });
        throw error;
      } finally {
        metrics?.open(-1);
      }
    },

    refused(visit, status, code = `http ${status}`, from) {
      if (visit.told) return;
      const who = { ...visit.caller, decision: 'refused', refused: code };
      equals.write(who, { ...who, status, from, request: visit.id }, 'refused');
      metrics?.refused(code);
    },

    flush: equals.flush,
  };
}

/** Why a request did not get what it asks for. */
interface Trouble {
  readonly why: string;
  readonly job?: string | undefined;
  /** Whether it was accepted is not known. */
  readonly unknown?: boolean;
}

/** Why a tool call was not accepted, as its answer to the model says (`words/rejected.ts`). */
function troubleIn(result: unknown): Trouble | undefined {
  const { isError, structuredContent } = (isRecord(result) ? result : {}) as Result;
  if (isError !== true || !isRecord(structuredContent) || structuredContent['status'] !== 'rejected') return undefined;
  const {
    kind,
    job_id: job,
    side_effect: effect,
  } = isRecord(structuredContent['error']) ? structuredContent['error'] : {};
  return { why: String(kind), job: typeof job === 'string' ? job : undefined, unknown: effect === 'unknown' };
}

/** Lines under a flood: of equals, the first few in a second are written, and how many more there were. */
function createEquals(log: (line: object, message: string) => void) {
  const seen = new Map<string, { readonly who: object; readonly message: string; times: number }>();
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    for (const { who, message, times } of seen.values())
      if (times > EQUAL_MAX) log({ ...who, times: times - EQUAL_MAX }, `${message}: more of the same`);
    seen.clear();
  }

  return {
    /** @param who - what makes lines equal */
    write(who: object, line: object, message: string): void {
      const name = JSON.stringify(who);
      const same = seen.get(name) ?? { who, message, times: 0 };
      seen.set(name, same);
      timer ??= setTimeout(flush, SECOND_MS).unref();
      if ((same.times += 1) <= EQUAL_MAX) log(line, message);
    },
    flush,
  };
}
