import { AbortState, describeThrown } from 'nestjs-batching/core';

import { serializeError } from '../protocol/serialized-error.js';
import type { WorkerMessage, WorkerReply } from '../protocol/worker-protocol.js';
import type { CreateWorkerService, ServiceAnswer, WorkerService } from './worker-service.js';

/** A worker's end of the line to whoever has started it. */
export interface WorkerPort {
  onMessage(listener: (message: WorkerMessage) => void): void;
  /** Tells the listener of what has come while the worker was busy, without waiting for more. */
  readArrived(): void | Promise<void>;
  send(reply: WorkerReply, buffers: readonly ArrayBufferLike[]): void;
  /** Listens no more, once what was sent has left. With nothing else to do, the worker ends. */
  close(): void | Promise<void>;
}

type AnyCalls = Record<string, { request: unknown; reply: unknown }>;

type AnsweredMessage = Exclude<WorkerMessage, readonly ['abort', number] | readonly ['stop']>;

/** What is worked off in its turn, and whether somebody still waits for it. */
interface Task {
  readonly message: AnsweredMessage | readonly ['stop'];
  readonly state: AbortState;
}

/**
 * What runs in every worker: starts the service that it is told to, works off one call at a time, and ends by
 * itself once it is told to stop. It is never ended from outside while it works: a native library that is
 * interrupted may take the whole process with it.
 */
export function serveCalls(port: WorkerPort): void {
  /** What has come and is not through, in the order of its coming: the first is being worked off. */
  const tasks: Task[] = [];
  let service: WorkerService<AnyCalls> | undefined;

  port.onMessage((message) => {
    if (message[0] === 'abort') {
      tasks.find(({ message: [, callId] }) => callId === message[1])?.state.abort();
      return;
    }
    tasks.push({ message, state: new AbortState() });
    if (tasks.length === 1) void workOff();
  });

  async function workOff(): Promise<void> {
    for (let task = tasks[0]; task !== undefined; task = tasks[0]) {
      if (task.message[0] === 'stop') await stop();
      else await answer(task.message, task.state);
      tasks.shift();
    }
  }

  async function answer(message: AnsweredMessage, state: AbortState): Promise<void> {
    const [, callId] = message;
    try {
      send(callId, await perform(message, state));
    } catch (error) {
      port.send(['failure', callId, serializeError(error)], []);
    }
  }

  function send(callId: number, { reply, buffers = [], withoutUncopyable }: ServiceAnswer<unknown>): void {
    try {
      port.send(['reply', callId, reply], buffers);
    } catch (error) {
      if (withoutUncopyable === undefined) throw error;
      port.send(['reply', callId, withoutUncopyable()], buffers);
    }
  }

  async function perform(message: AnsweredMessage, state: AbortState): Promise<ServiceAnswer<unknown>> {
    const [kind, , name, content] = message;
    if (kind === 'start') {
      const { createService } = (await import(name)) as {
        createService: CreateWorkerService<AnyCalls, unknown>;
      };
      service = await createService(content);
      return { reply: undefined };
    }
    if (service === undefined) throw new Error('the worker has not been started');
    // While it stood behind another one, whoever waited for it may have left; and that may lie unread.
    await port.readArrived();
    if (state.aborted) throw new Error('nobody waits for the answer any more');
    return await service.call(name, content, state);
  }

  async function stop(): Promise<void> {
    try {
      await service?.close();
    } catch (error) {
      // Nobody waits for an answer to this, but somebody may read the log.
      process.emitWarning(
        `A worker's service could not be closed: ${describeThrown(error)}`,
        'WorkerWarning',
      );
    }
    await port.close();
  }
}
