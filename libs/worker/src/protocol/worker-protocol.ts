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

/**
 * To a worker. Each call gets exactly one reply; calls are worked off one at a time, in the order of their coming.
 *
 * Messages are lists: the names of an object's properties would be written, read and looked up with each of them, while
 * the worker runs nothing.
 */
export type WorkerMessage =
  /**
   * The first one: which service the worker is to give, that of the module with this URL that exports `createService`,
   * and how. It is answered like a call.
   */
  | readonly [kind: 'start', callId: number, service: string, options: unknown]
  | readonly [kind: 'call', callId: number, name: string, request: unknown]
  /** Nobody waits for that call any more. It is answered all the same; if it has not begun, by a failure. */
  | readonly [kind: 'abort', callId: number]
  /** Work off the calls before this one, close the service, and end. */
  | readonly [kind: 'stop'];

/** From a worker. */
export type WorkerReply =
  | readonly [kind: 'reply', callId: number, reply: unknown]
  | readonly [kind: 'failure', callId: number, failure: SerializedError]
  /** The call has come, but could not be read, for that reason; nothing has been done. */
  | readonly [kind: 'unreadable', callId: number, reason: string];

const REPLY_KINDS: readonly unknown[] = ['reply', 'failure', 'unreadable'] satisfies WorkerReply[0][];

/**
 * Whether a message from a worker answers a call. What runs in a worker may send messages of its own: many a library
 * tells a process manager that it is `ready`.
 */
export function isWorkerReply(message: unknown): message is WorkerReply {
  return Array.isArray(message) && REPLY_KINDS.includes(message[0]) && typeof message[1] === 'number';
}
