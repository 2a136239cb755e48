/** Asks the debugger what the event loop is busy with: it is the only one that can interrupt it. */
import { Session } from 'node:inspector';
import type { Debugger, Runtime } from 'node:inspector';
import { WHO } from './pulse';

export interface Holder {
  /** Task token of the attempt whose code it is, base64; undefined where it belongs to no step. */
  readonly token?: string;
  /** The function that runs, and the file and line where it stands. */
  readonly at: string;
}

/** Interrupts the main thread for some milliseconds. Must be called in another thread; never resolves while the main one waits. */
export function holderOf(): Promise<Holder> {
  const session = new Session();
  session.connectToMainThread();
  return new Promise<Holder>((resolve, reject) => {
    const failed = (error: Error | null): void => {
      if (error) reject(error);
    };
    session.on('Debugger.paused', ({ params: { callFrames } }: { params: Debugger.PausedEventDataType }) => {
      const [frame] = callFrames;
      if (!frame) return reject(new Error('Nothing runs.'));
      const at = `${frame.functionName || 'a function'} at ${frame.url}:${frame.location.lineNumber + 1}`;
      const ask = { callFrameId: frame.callFrameId, expression: `globalThis['${WHO}']?.()`, returnByValue: true };
      session.post('Debugger.evaluateOnCallFrame', ask, (error, answer?: { result: Runtime.RemoteObject }) => {
        failed(error);
        const token: unknown = answer?.result.value;
        resolve({ at, ...(typeof token === 'string' && { token }) });
      });
    });
    session.post('Debugger.enable', failed);
    session.post('Debugger.pause', failed);
  }).finally(() => session.disconnect()); // which also lets the main thread go on
}
