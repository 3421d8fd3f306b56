import { Worker, type WorkerOptions } from 'node:worker_threads';

import { ModelHostEndedError } from './model-host-ended.error.js';
import type { ModelHost } from './model-host.js';
import type {
  CallFailure,
  CallMessage,
  ModelCallKind,
  ModelCalls,
  OpenedSession,
  OpenRequest,
  ReplyMessage,
  RunReply,
  RunRequest,
} from './model-protocol.js';
import { RuntimeUnavailableError } from './runtime-unavailable.error.js';
import { buffersOf } from './tensors/tensor-type.js';
import { transferOrCopy } from './transfer-or-copy.js';

interface PendingCall {
  resolve(reply: ModelCalls[ModelCallKind]['reply']): void;
  reject(error: Error): void;
}

/**
 * A session in a worker thread. The thread is never terminated, since that aborts the process while it is
 * inside ONNX Runtime; it ends by itself once it is told to close. An idle thread does not keep the process
 * alive, a busy one does.
 */
export class ThreadModelHost implements ModelHost {
  endReason: string | undefined;

  private readonly worker: Worker;
  private readonly ended: Promise<void>;
  private readonly pending = new Map<number, PendingCall>();
  private lastCallId = 0;
  private closing: Promise<void> | undefined;

  /** @param entry The worker's file. Default: the one that runs ONNX Runtime. */
  constructor(
    private readonly modelName: string,
    entry = new URL('./model-worker.js', import.meta.url),
  ) {
    this.worker = new Worker(entry, { name: `onnx ${modelName}`, ...ownArguments() });
    this.worker.unref();
    this.worker.on('message', (message: ReplyMessage) => this.settle(message));
    this.worker.on('messageerror', (error) =>
      this.failEverything(`its worker's reply is unreadable (${error.message})`),
    );
    this.worker.on('error', (error: Error) => this.failEverything(`its worker failed (${error.message})`));
    this.ended = new Promise((resolve) => {
      this.worker.on('exit', (exitCode) => {
        this.failEverything(`its worker ended with exit code ${exitCode}`);
        resolve();
      });
    });
  }

  open(request: OpenRequest): Promise<OpenedSession> {
    return this.call('open', request);
  }

  run(request: RunRequest): Promise<RunReply> {
    return this.call('run', request, buffersOf(request.inputs));
  }

  close(): Promise<void> {
    this.closing ??= this.closeOnce();
    return this.closing;
  }

  private async closeOnce(): Promise<void> {
    this.worker.ref();
    // Queued behind the calls before it. A worker that has ended takes no notice.
    this.worker.postMessage({ kind: 'close', callId: 0, request: undefined } satisfies CallMessage);
    await this.ended;
  }

  private call<Kind extends ModelCallKind>(
    kind: Kind,
    request: ModelCalls[Kind]['request'],
    buffers: readonly ArrayBufferLike[] = [],
  ): Promise<ModelCalls[Kind]['reply']> {
    return new Promise((resolve, reject) => {
      const refusal = this.endReason ?? (this.closing && 'it is closed');
      if (refusal !== undefined) throw new ModelHostEndedError(this.modelName, refusal);
      this.lastCallId += 1;
      const callId = this.lastCallId;
      transferOrCopy(this.worker, { kind, callId, request }, buffers);
      this.pending.set(callId, { resolve, reject });
      this.worker.ref();
    });
  }

  private settle(message: ReplyMessage): void {
    const call = this.pending.get(message.callId);
    this.pending.delete(message.callId);
    if (this.pending.size === 0 && this.closing === undefined) this.worker.unref();
    if ('reply' in message) call?.resolve(message.reply);
    else call?.reject(toError(message.failure));
  }

  private failEverything(reason: string): void {
    if (this.closing === undefined) this.endReason ??= reason;
    for (const call of this.pending.values()) call.reject(new ModelHostEndedError(this.modelName, reason));
    this.pending.clear();
  }
}

/** A program from the command line (`node --input-type=module -e …`) has arguments that no worker starts with. */
function ownArguments(): Pick<WorkerOptions, 'execArgv'> {
  return process.execArgv.some((argument) => argument.startsWith('--input-type')) ? { execArgv: [] } : {};
}

function toError({ kind, message }: CallFailure): Error {
  // ONNX Runtime's messages come with line ends and runs of spaces.
  const text = message.replace(/\s+/g, ' ').trim();
  return kind === 'runtime-unavailable' ? new RuntimeUnavailableError(text) : new Error(text);
}
