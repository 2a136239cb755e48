/** The SDK's server, with a way out for the answers to `tools/call` that its result schemas do not know: tasks. */
import { ProtocolError, Server } from '@modelcontextprotocol/server';
import type { JSONRPCRequest, Result, ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { problemsIn } from '../problems';

type Handler = (request: JSONRPCRequest, context: ServerContext) => Promise<Result>;

/** Carries an answer past the check of results. */
class Escape extends Error {
  constructor(readonly result: Result) {
    super('An answer that is a task.');
  }
}

/** Whether it is a `CreateTaskResult`: of the extension, or of 2025-11-25. */
function isTask(result: Result): boolean {
  return ('resultType' in result && result['resultType'] === 'task') || 'task' in result;
}

const Issues = z.array(
  z.looseObject({ code: z.string().optional(), path: z.array(z.union([z.string(), z.number()])), message: z.string() }),
);

/** The SDK says of a call that is none what zod's issues are, as JSON. Here they are a sentence. */
function inWords(error: unknown): unknown {
  if (!(error instanceof ProtocolError)) return error;
  const dump = /^Invalid tools\/call request: (\[.+\])$/s.exec(error.message)?.[1];
  if (dump === undefined) return error;
  return new ProtocolError(error.code, `This is no tools/call: ${problemsIn(Issues.parse(JSON.parse(dump)))}.`);
}

export class McpServer extends Server {
  protected override _wrapHandler(method: string, handler: Handler): Handler {
    if (method !== 'tools/call') return super._wrapHandler(method, handler);
    const inner = super._wrapHandler(method, async (request, context) => {
      const result = await handler(request, context);
      if (isTask(result)) throw new Escape(result);
      return result;
    });
    return async (request, context) => {
      try {
        return await inner(request, context);
      } catch (error) {
        if (error instanceof Escape) return error.result;
        throw inWords(error);
      }
    };
  }
}
