import type { AbortNotice } from 'nestjs-batching/core';
import { WorkerEndedError, type CallOptions } from 'nestjs-batching/worker';

import { buffersOf } from '../../libs/onnx/src/tensors/buffers-of.js';
import type {
  ModelCalls,
  NamedTensor,
  OpenRequest,
  RunReply,
  RunRequest,
} from '../../libs/onnx/src/model-protocol.js';
import { listTensor, readTensor } from '../../libs/onnx/src/tensors/listed-tensor.js';
import type { ModelWorker } from '../../libs/onnx/src/opening/model-worker.js';

/** A model that gives every input back as the output of the same name, in workers that can be made to fail. */
export class EchoModel {
  executionProvider: string | undefined;
  type = 'float32';
  isHung = false;
  /** Whether a worker goes on after it has been given up, as a thread in native code does. */
  isHungWhenAbandoned = false;
  /** While there is one, runs wait for it. */
  hold: Promise<void> | undefined;
  readonly opened: OpenRequest['executionProvider'][] = [];
  readonly batchSizes: (number | undefined)[] = [];
  readonly workers: EchoWorker[] = [];
  onOpen: (request: OpenRequest) => void = () => undefined;
  onRun: (inputs: readonly NamedTensor[], worker: EchoWorker) => void = () => undefined;
  answer: (input: NamedTensor) => NamedTensor = (input) => input;
  /** Whether the buffers of the inputs come back where that is asked for; `answer` must not use them then. */
  givesBuffersBack = false;

  readonly start = (): ModelWorker => {
    const worker = new EchoWorker(this);
    this.workers.push(worker);
    return worker;
  };

  get live(): number {
    return this.workers.filter(({ isGone }) => !isGone).length;
  }

  get isClosed(): boolean {
    return this.live === 0;
  }

  endWorkers(reason: string): void {
    for (const worker of this.workers) worker.end(reason);
  }
}

/** A worker of it, which ends when the test says so. */
export class EchoWorker implements ModelWorker {
  readonly started = Promise.resolve();
  endReason: string | undefined;
  isGone = false;
  private readonly awaited: Promise<unknown>[] = [];
  private resolveEnded!: () => void;
  readonly ended = new Promise<void>((resolve) => (this.resolveEnded = resolve));
  private resolveFailed!: () => void;
  private readonly failed = new Promise<void>((resolve) => (this.resolveFailed = resolve));

  constructor(private readonly model: EchoModel) {}

  async call<TName extends keyof ModelCalls>(
    name: TName,
    request: ModelCalls[TName]['request'],
    { signal }: CallOptions = {},
  ): Promise<ModelCalls[TName]['reply']> {
    const reply = name === 'open' ? this.open(request as OpenRequest) : this.run(request as RunRequest);
    this.awaited.push(Promise.race([reply.catch(() => undefined), untilAborted(signal)]));
    const failed = this.failed.then(() =>
      Promise.reject(new WorkerEndedError('model "echo"', this.endReason ?? '')),
    );
    return await Promise.race([failed, reply]);
  }

  end(reason: string): void {
    this.endReason ??= reason;
    this.isGone = true;
    this.resolveFailed();
    this.resolveEnded();
  }

  abandon(reason: string): void {
    this.endReason ??= reason;
    this.resolveFailed();
    if (!this.model.isHungWhenAbandoned) this.end(reason);
  }

  /** Waits for the calls before it, as long as anybody else does. */
  async stop(): Promise<void> {
    await Promise.race([this.ended, Promise.allSettled(this.awaited)]);
    this.isGone = true;
    this.resolveEnded();
  }

  private async open(request: OpenRequest): Promise<ModelCalls['open']['reply']> {
    await (this.model.isHung ? new Promise(() => undefined) : Promise.resolve());
    this.model.onOpen(request);
    if (this.isGone) await new Promise(() => undefined);
    this.model.opened.push(request.executionProvider);
    this.model.executionProvider = request.executionProvider.name;
    const x = { name: 'x', type: this.model.type, shape: ['batch', 'length'] };
    return { inputs: [x], outputs: [x], openMs: 1, runtimeVersion: '1.0.0' };
  }

  private async run([, wantsBuffersBack, listed]: RunRequest): Promise<RunReply> {
    const inputs = listed.map(readTensor);
    const { hold } = this.model;
    await hold;
    this.model.onRun(inputs, this);
    if (this.isGone && hold === undefined) await new Promise(() => undefined);
    this.model.batchSizes.push(inputs[0]?.dims[0]);
    // A buffer that is given away does not come back while its rows are with the callers.
    const comesBack = wantsBuffersBack && this.model.givesBuffersBack;
    const inputBuffers = comesBack ? buffersOf(inputs) : [];
    return [inputs.map(this.model.answer).map(listTensor), 1, inputBuffers];
  }
}

function untilAborted(signal: AbortNotice | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) resolve();
    signal?.addEventListener('abort', () => resolve());
  });
}
