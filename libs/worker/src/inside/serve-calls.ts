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

/**
 * What runs in every worker: starts the service that it is told to, works off one call at a time, and ends by
 * itself once it is told to stop. It is never ended from outside while it works: a native library that is
 * interrupted may take the whole process with it.
 */
export function serveCalls(port: WorkerPort): void {
  const calls = new Map<number, AbortState>();
  let service: WorkerService<AnyCalls> | undefined;
  let lastAnswer: Promise<void> = Promise.resolve();

  port.onMessage((message) => {
    if (message.kind === 'abort') {
      calls.get(message.callId)?.abort();
      return;
    }
    if (message.kind === 'call') calls.set(message.callId, new AbortState());
    lastAnswer = lastAnswer.then(() => (message.kind === 'stop' ? stop() : answer(message)));
  });

  async function answer(message: Exclude<WorkerMessage, { kind: 'abort' | 'stop' }>): Promise<void> {
    const { callId } = message;
    try {
      send(callId, await perform(message));
    } catch (error) {
      port.send({ callId, failure: serializeError(error) }, []);
    }
    calls.delete(callId);
  }

  function send(callId: number, { reply, buffers = [], withoutUncopyable }: ServiceAnswer<unknown>): void {
    try {
      port.send({ callId, reply }, buffers);
    } catch (error) {
      if (withoutUncopyable === undefined) throw error;
      port.send({ callId, reply: withoutUncopyable() }, buffers);
    }
  }

  async function perform(
    message: Exclude<WorkerMessage, { kind: 'abort' | 'stop' }>,
  ): Promise<ServiceAnswer<unknown>> {
    if (message.kind === 'start') {
      const { createService } = (await import(message.service)) as {
        createService: CreateWorkerService<AnyCalls, unknown>;
      };
      service = await createService(message.options);
      return { reply: undefined };
    }
    if (service === undefined) throw new Error('the worker has not been started');
    const call = calls.get(message.callId)!;
    // While it stood behind another one, whoever waited for it may have left; and that may lie unread.
    await port.readArrived();
    if (call.aborted) throw new Error('nobody waits for the answer any more');
    return await service.call(message.name, message.request, call);
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
