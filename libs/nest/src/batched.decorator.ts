import { applyDecorators, SetMetadata, UseInterceptors } from '@nestjs/common';
import { BatchedInterceptor } from './batched.interceptor.js';
import { BATCHED_METADATA, type BatchedOptions } from './batched.metadata.js';
import { DEFAULT_BATCHER_NAME } from './batcher.tokens.js';

/**
 * Sends what the handler *returns* through a batcher; the caller gets its own result. Guards, pipes and
 * validation have run by then, since they run before the handler.
 *
 * The answer carries a `Server-Timing` header with queue time, processing time and batch. A client that
 * disconnects frees its place in the queue. Errors become HTTP errors (`BatchingHttpException`).
 *
 * @param name The batcher's name. Default: the default batcher. One that nobody registered stops the start.
 */
export function Batched<TResponse = never>(
  name: string = DEFAULT_BATCHER_NAME,
  options: BatchedOptions<TResponse> = {},
): MethodDecorator {
  const metadata = { ...options, batcherName: name };
  return applyDecorators(SetMetadata(BATCHED_METADATA, metadata), UseInterceptors(BatchedInterceptor));
}
