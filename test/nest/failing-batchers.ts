import { Injectable, Module, type OnApplicationBootstrap, type Type } from '@nestjs/common';
import {
  Batched,
  BatcherService,
  BatchingModule,
  DeadlineExceededError,
  type BatchedOptions,
  type BatcherOptions,
} from 'nestjs-batching';
import { RunTimeoutError, WorkerEndedError } from 'nestjs-batching/worker';

/** An error that a caller can get, and what the caller is told of it. */
export interface ToldError {
  /** What it is called among the others, and the name of the batcher that has it for everybody. */
  readonly name: string;
  readonly code: string;
  readonly message: RegExp;
  readonly isRetryable: boolean;
  /** Whether it says when to try again. */
  readonly hasRetryHint: boolean;
  /** Over HTTP. */
  readonly status: number;
}

interface FailingBatcher extends ToldError {
  readonly batcher: Omit<BatcherOptions, 'name'>;
  readonly callOptions?: BatchedOptions;
}

/** What is inside stays inside. */
const SECRET = 'the password of the device is hunter2';
const OPAQUE = /^The request could not be processed\.$/;
const echo = (requests: readonly string[]): string[] => [...requests];
/** Never answers, and holds nobody up when the app closes. */
const HANGING = { processor: () => new Promise<never>(() => undefined), drainTimeoutMs: 0 };

const FAILING: readonly FailingBatcher[] = [
  {
    name: 'invalidRequest',
    code: 'INVALID_REQUEST',
    message: /received a request, expected better/,
    isRetryable: false,
    hasRetryHint: false,
    status: 400,
    batcher: {
      processor: {
        processBatch: echo,
        validateRequest: () => {
          throw new RangeError('received a request, expected better');
        },
      },
    },
  },
  {
    name: 'requestTooLarge',
    code: 'REQUEST_TOO_LARGE',
    message: /it costs 9, and maxBatchCost allows 4/,
    isRetryable: false,
    hasRetryHint: false,
    status: 413,
    batcher: { processor: echo, maxBatchCost: 4, costOf: () => 9 },
  },
  {
    name: 'queueFull',
    code: 'QUEUE_FULL',
    message: /holds all of the 1 requests that maxQueueSize allows/,
    isRetryable: true,
    hasRetryHint: true,
    status: 503,
    batcher: { ...HANGING, maxBatchSize: 1, maxQueueSize: 1, maxConcurrentBatches: 1 },
  },
  {
    name: 'lateAtAdmission',
    code: 'DEADLINE_EXCEEDED',
    message: /its answer is expected to take 50 ms, and timeoutMs allows 5/,
    isRetryable: true,
    hasRetryHint: true,
    status: 503,
    batcher: {
      processor: {
        processBatch: echo,
        validateRequest: () => {
          throw new DeadlineExceededError('lateAtAdmission', 'admission', 5, {
            expectedMs: 50,
            retryAfterMs: 45,
          });
        },
      },
    },
  },
  {
    name: 'late',
    code: 'DEADLINE_EXCEEDED',
    message: /the request's 10 ms ran out/,
    isRetryable: false,
    hasRetryHint: false,
    status: 504,
    batcher: HANGING,
    callOptions: { timeoutMs: 10 },
  },
  {
    name: 'batcherClosed',
    code: 'BATCHER_CLOSED',
    message: /Send the request to another instance/,
    isRetryable: true,
    hasRetryHint: false,
    status: 503,
    batcher: { processor: echo },
  },
  {
    name: 'aborted',
    code: 'ABORTED',
    message: /aborted by its caller/,
    isRetryable: false,
    hasRetryHint: false,
    status: 499,
    batcher: { processor: echo },
    callOptions: { signal: AbortSignal.abort(new Error(SECRET)) },
  },
  {
    name: 'workerEnded',
    code: 'WORKER_ENDED',
    message: /^The worker that had the request has ended\. Try again: another one takes its place\.$/,
    isRetryable: true,
    hasRetryHint: false,
    status: 503,
    batcher: {
      processor: () => {
        throw new WorkerEndedError('model "words"', `it failed (${SECRET})`);
      },
    },
  },
  {
    name: 'runTimedOut',
    code: 'RUN_TIMED_OUT',
    message: /took longer than the 70 ms of runTimeoutMs/,
    isRetryable: false,
    hasRetryHint: false,
    status: 504,
    batcher: {
      processor: () => {
        throw new RunTimeoutError('model "words"', 70);
      },
    },
  },
  {
    name: 'processingFailed',
    code: 'PROCESSING_FAILED',
    message: OPAQUE,
    isRetryable: false,
    hasRetryHint: false,
    status: 500,
    batcher: {
      processor: () => {
        throw new Error(SECRET);
      },
    },
  },
  {
    name: 'admissionFailed',
    code: 'ADMISSION_FAILED',
    message: OPAQUE,
    isRetryable: false,
    hasRetryHint: false,
    status: 500,
    batcher: {
      processor: echo,
      bucketOf: () => {
        throw new TypeError(SECRET);
      },
    },
  },
  {
    name: 'costUnknown',
    code: 'ADMISSION_FAILED',
    message: OPAQUE,
    isRetryable: false,
    hasRetryHint: false,
    status: 500,
    batcher: { processor: echo, costOf: () => SECRET as unknown as number },
  },
  {
    name: 'optionMistyped',
    code: 'ADMISSION_FAILED',
    message: OPAQUE,
    isRetryable: false,
    hasRetryHint: false,
    status: 500,
    batcher: { processor: echo },
    callOptions: { tenant: (() => Promise.reject(new Error(SECRET))) as never },
  },
  {
    name: 'responseCountMismatch',
    code: 'RESPONSE_COUNT_MISMATCH',
    message: OPAQUE,
    isRetryable: false,
    hasRetryHint: false,
    status: 500,
    batcher: { processor: () => [SECRET, SECRET, SECRET] },
  },
];

/** Every error of the batcher that can reach a caller. */
export const TOLD_ERRORS: readonly ToldError[] = FAILING;

/**
 * A class with a batched handler for each of the errors, by its name.
 *
 * @param decorate Binds a handler to the transport, as `@Get(name)` does.
 */
export function createHandlers(decorate: (name: string) => MethodDecorator): Type<object> {
  class FailingHandlers {}
  for (const { name, callOptions = {} } of FAILING) {
    const handler = { value: () => 'a request', writable: true, configurable: true };
    Object.defineProperty(FailingHandlers.prototype, name, handler);
    Batched(name, callOptions)(FailingHandlers.prototype, name, handler);
    decorate(name)(FailingHandlers.prototype, name, handler);
  }
  return FailingHandlers;
}

/** Brings the batchers into the state in which they fail. */
@Injectable()
class Spoiler implements OnApplicationBootstrap {
  constructor(private readonly batchers: BatcherService) {}

  async onApplicationBootstrap(): Promise<void> {
    const full = this.batchers.get<string, string>('queueFull');
    // One runs, and one waits.
    for (const request of ['a', 'b']) full.process(request).catch(() => undefined);
    await this.batchers.get('batcherClosed').close();
  }
}

@Module({
  imports: [
    BatchingModule.forRoot(),
    ...FAILING.map(({ name, batcher }) => BatchingModule.registerBatcher({ ...batcher, name })),
  ],
  providers: [Spoiler],
})
export class FailingBatchersModule {}

/** What must not be told over any transport: reasons from inside, and where in the code they are. */
export const INSIDE = /hunter2|node_modules|\.[jt]s:\d|\bat .+\(/;
