import {
  Inject,
  Injectable,
  Optional,
  StreamableFile,
  type ExecutionContext,
  type OnModuleInit,
} from '@nestjs/common';
import type { BatchedResponse } from 'nestjs-batching/core';
import { ServerResponse } from 'node:http';
import { assertForRootOptions, soundOptions } from '../options/assert-options.js';
import type { BatchedMetadata } from './batched.metadata.js';
import { BatcherService } from '../batchers/batcher.service.js';
import { BATCHING_DEFAULTS } from '../batchers/batcher.tokens.js';
import type { BatchingModuleOptions } from '../options/batching-options.js';
import { callOptions } from './call-options.js';
import { timeoutHeaderName } from '../options/timeout-header.js';
import { underEither } from './under-either.js';

/**
 * What Nest streams to the client. Told by what they call themselves: a web `Response` may be of another realm or
 * library.
 */
const STREAMS: readonly string[] = ['[object AsyncGenerator]', '[object Response]'];

/** Sends what a `@Batched()` method has returned through its batcher, wherever the call has come from. */
@Injectable()
export class BatchedCallService implements OnModuleInit {
  private readonly timeoutHeader: string | undefined;

  constructor(
    private readonly batchers: BatcherService,
    @Optional() @Inject(BATCHING_DEFAULTS) private readonly options: BatchingModuleOptions = {},
  ) {
    this.timeoutHeader = timeoutHeaderName(soundOptions(options).timeoutHeader);
  }

  /** For options that do not come from `forRoot`, which tells its own, along with what else is wrong. */
  onModuleInit(): void {
    assertForRootOptions(this.options);
  }

  /** Whether there is nothing to batch: the method has answered by itself, or streams what Nest sends on. */
  hasAnswered(returned: unknown): boolean {
    return (
      returned === undefined ||
      // `return response.json(…)` of `@Res()`, on Express; Fastify's reply is a promise of nothing.
      returned instanceof ServerResponse ||
      returned instanceof StreamableFile ||
      STREAMS.includes(Object.prototype.toString.call(returned))
    );
  }

  /** @param leaving Aborted when the caller has left; besides the signal that the decorator names. */
  async send(
    request: unknown,
    metadata: BatchedMetadata,
    context: ExecutionContext,
    leaving?: AbortSignal,
  ): Promise<BatchedResponse<unknown>> {
    const batcher = this.batchers.get(metadata.batcherName);
    const options = callOptions(metadata, context, this.timeoutHeader, batcher.config.defaultTimeoutMs);
    const call = (signal: AbortSignal | undefined): Promise<BatchedResponse<unknown>> =>
      batcher.processWithInfo(request, { ...options, signal });
    return options.signal === undefined || leaving === undefined
      ? call(options.signal ?? leaving)
      : underEither(options.signal, leaving, call);
  }

  /** What the caller gets. */
  bodyOf({ toBody }: BatchedMetadata, { response, batch }: BatchedResponse<unknown>): unknown {
    return toBody === undefined ? response : toBody(response as never, batch);
  }
}
