/** What carries the messages of one connection: a process's pipes, or HTTP. */
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client';
import type { Trouble } from './trouble';

/** What carries one request of ours, and what the server has to say about it. */
export interface Lane {
  /**
   * @param options - `signal` gives the sending up, `onEnd` is called when the answer's stream has ended without more to come
   * @throws Trouble
   */
  send(message: JSONRPCMessage, options?: LaneOptions): Promise<void>;
  /** Ends the stream, whatever is still to come. */
  close(): void;
}

export interface LaneOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly onEnd?: () => void;
}

export interface Link {
  /** For the SDK's client: what it is told and what nobody else is for. */
  readonly transport: Transport;
  /** Whether what a lane receives belongs to its request, and ending its stream is how a request is cancelled since 2026-07-28. */
  readonly apart: boolean;
  /** @param onBroken - told of what breaks the lane's stream */
  lane(receive: (message: JSONRPCMessage) => void, onBroken: (trouble: Trouble) => void): Promise<Lane>;
  /** Why the link as a whole ended, if it knows. */
  ended(): Trouble | undefined;
  /** Waits a moment for that, when something has failed. */
  lastWords(): Promise<void>;
  /** Whether an error of the transport is its end. */
  isEndedBy(error: unknown): boolean;
  /** What an error of the transport means. */
  troubleOf(error: unknown): Trouble;
  /** Tells the server that the session is over, and ends the connections. */
  close(): Promise<void>;
}
