import { Injectable } from '@nestjs/common';
import {
  InvalidConfigError,
  nearestName,
  type BatchedResponse,
  type DynamicBatcher,
  type QueueStatistics,
  type RequestOptions,
} from 'nestjs-batching/core';
import { declaredProcessorNames, type BatchProcessorClass } from './batch-processor.decorator.js';
import { batcherNameOf, type BatcherReference } from './batcher-reference.js';
import { BatcherRegistry } from './batcher.registry.js';
import { DEFAULT_BATCHER_NAME } from './batcher.tokens.js';

/** The default batcher, and the way to every other one by its name. */
@Injectable()
export class BatcherService<TRequest = unknown, TResponse = unknown> {
  /** Nest makes it; there is one for each app. */
  constructor(private readonly registry: BatcherRegistry) {}

  /** Sends one request through the default batcher; see `DynamicBatcher.process`. */
  process(request: TRequest, options?: RequestOptions): Promise<TResponse> {
    return this.default.process(request, options);
  }

  /** Like `process`, and tells of the batch that the response rode in. */
  processWithInfo(request: TRequest, options?: RequestOptions): Promise<BatchedResponse<TResponse>> {
    return this.default.processWithInfo(request, options);
  }

  /** What the default batcher tells of itself. */
  getStatistics(): QueueStatistics {
    return this.default.getStatistics();
  }

  /** The names of all batchers of the app. */
  get names(): readonly string[] {
    return this.registry.names;
  }

  /**
   * The batcher of this name, or of this processor class, by which the compiler knows the types.
   *
   * @throws InvalidConfigError that names those there are.
   */
  get<TBatcherRequest, TBatcherResponse>(
    processor: BatchProcessorClass<TBatcherRequest, TBatcherResponse>,
  ): DynamicBatcher<TBatcherRequest, TBatcherResponse>;
  get<TBatcherRequest = unknown, TBatcherResponse = unknown>(
    name: string,
  ): DynamicBatcher<TBatcherRequest, TBatcherResponse>;
  get<TBatcherRequest, TBatcherResponse>(
    reference: BatcherReference<TBatcherRequest, TBatcherResponse>,
  ): DynamicBatcher<TBatcherRequest, TBatcherResponse> {
    const name = batcherNameOf(reference, 'BatcherService.get');
    const batcher = this.registry.find(name);
    if (batcher === undefined) throw unknownBatcherError('BatcherService.get', name, this.registry.names);
    // A name says nothing to the compiler: the caller vouches for the types, as with any injection by token.
    return batcher as unknown as DynamicBatcher<TBatcherRequest, TBatcherResponse>;
  }

  private get default(): DynamicBatcher<TRequest, TResponse> {
    return this.get<TRequest, TResponse>(DEFAULT_BATCHER_NAME);
  }
}

/** Says which batcher was asked for, by whom, which ones there are, and which is meant or how to come by this one. */
export function unknownBatcherError(
  askedBy: string,
  name: string,
  known: readonly string[],
): InvalidConfigError {
  const there = known.length === 0 ? 'no batcher is registered' : `registered are ${known.join(', ')}`;
  return new InvalidConfigError(askedBy, [
    { field: 'name', problem: `received "${name}", but ${there}; ${adviceFor(name, known)}` },
  ]);
}

function adviceFor(name: string, known: readonly string[]): string {
  if (declaredProcessorNames().includes(name)) {
    return "its processor is no provider of this app: list its class in a module's providers (not of a lazy one, which comes too late)";
  }
  const meant = nearestName(name, known);
  if (meant !== undefined) return `did you mean "${meant}"?`;
  return name === DEFAULT_BATCHER_NAME
    ? 'that is the one without a name: name another, or give BatchingModule.forRoot() a processor'
    : `add BatchingModule.registerBatcher({ name: '${name}', processor })`;
}
