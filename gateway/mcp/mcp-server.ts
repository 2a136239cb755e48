/** The SDK's server, with a way out for the answers to `tools/call` that its result schemas do not know: tasks. */
import { Server } from '@modelcontextprotocol/server';
import type { JSONRPCRequest, Result, ServerContext } from '@modelcontextprotocol/server';

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
        throw error;
      }
    };
  }
}
