import type { SerializedError } from './serialized-error.js';

/**
 * What a kind of worker can be asked for: requests and replies by the call's name. All of it is plain data, so that
 * the worker may be a thread or another process. `TCalls extends WorkerCalls<TCalls>` is such an interface.
 */
export type WorkerCalls<TCalls> = Readonly<
  Record<
    keyof TCalls,
    {
      /** What is sent with the call. */
      readonly request: unknown;
      /** What comes back. */
      readonly reply: unknown;
    }
  >
>;

/** To a worker. Each call gets exactly one reply; calls are worked off one at a time, in the order of their coming. */
export type WorkerMessage =
  /** The first one: which service the worker is to give, and how. It is answered like a call. */
  | {
      readonly kind: 'start';
      readonly callId: number;
      /** The module that exports `createService`, as a URL. */
      readonly service: string;
      readonly options: unknown;
    }
  | { readonly kind: 'call'; readonly callId: number; readonly name: string; readonly request: unknown }
  /** Nobody waits for that call any more. It is answered all the same; if it has not begun, by a failure. */
  | { readonly kind: 'abort'; readonly callId: number }
  /** Work off the calls before this one, close the service, and end. */
  | { readonly kind: 'stop' };

/** From a worker. */
export type WorkerReply =
  | { readonly callId: number; readonly reply: unknown }
  | { readonly callId: number; readonly failure: SerializedError }
  /** The call has come, but could not be read, for that reason; nothing has been done. */
  | { readonly callId: number; readonly unreadable: string };

/**
 * Whether a message from a worker answers a call. What runs in a worker may send messages of its own: many a library
 * tells a process manager that it is `ready`.
 */
export function isWorkerReply(message: unknown): message is WorkerReply {
  return (
    typeof message === 'object' &&
    message !== null &&
    'callId' in message &&
    typeof message.callId === 'number' &&
    ('reply' in message || 'failure' in message || 'unreadable' in message)
  );
}
