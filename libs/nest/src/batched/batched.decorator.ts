import { SetMetadata, UseInterceptors } from '@nestjs/common';
import { InvalidConfigError } from 'nestjs-batching/core';
import type { Observable } from 'rxjs';
import { assertBatchable, assertBatchedArguments } from './assert-batched.js';
import type { BatchProcessorClass } from '../batchers/batch-processor.decorator.js';
import { batcherGivenIn, batcherNameOf } from '../batchers/batcher-reference.js';
import { BatchedInterceptor } from './batched.interceptor.js';
import { BATCHED_METADATA, type BatchedMetadata, type BatchedOptions } from './batched.metadata.js';
import { nameOfMember } from '../discovery/decorated-member.js';

/** A method that `@Batched()` may stand on, for batches whose requests are of this type. */
export type BatchedHandler<TRequest, TResponse> = (
  ...args: never[]
) => BatchedReturn<TRequest, TResponse> | Promise<BatchedReturn<TRequest, TResponse>> | Observable<TRequest>;

/**
 * What such a method may return, or promise: a request, not a response; `undefined` if it has answered by itself.
 */
export type BatchedReturn<TRequest, TResponse> = TRequest | BatchRequest<TRequest, TResponse> | undefined;

/** The decorator of a method that returns requests of this type; the compiler refuses any other. */
export type BatchedMethodDecorator<TRequest, TResponse> = <
  THandler extends BatchedHandler<TRequest, TResponse>,
>(
  target: object,
  propertyKey: string | symbol,
  descriptor: TypedPropertyDescriptor<THandler>,
) => void;

/**
 * A request under the type of its response; see {@link batchRequest}, which alone makes it. Callers of the method use
 * it as that response.
 */
export type BatchRequest<TRequest, TResponse> = TResponse & {
  /**
   * Never there: only the compiler sees it, so that neither a response nor another request passes for this one. (Not a
   * `unique symbol`: the declarations of an app that spreads a response could not name it.)
   */
  readonly __request: TRequest;
};

/**
 * Sends what the method *returns* through a batcher; the caller gets its own result.
 *
 * It works on whatever Nest calls (HTTP, microservices, WebSocket gateways, GraphQL resolvers), where guards, pipes
 * and validation have run by then, and on the methods of providers that other code calls. A method that returns
 * `undefined` or the response itself (`@Res()`), a `StreamableFile`, a web `Response` or an async generator has
 * answered by itself.
 *
 * Over HTTP the answer carries a `Server-Timing` header with queue time, processing time and batch, and a client that
 * disconnects frees its place in the queue. Errors become those of the transport.
 *
 * @param batcher The batcher's name, or its processor's class, by which the compiler knows the types. Default: the
 *   default batcher. One that nobody registered stops the start.
 */
export function Batched<TRequest, TResponse>(
  batcher: BatchProcessorClass<TRequest, TResponse>,
  options?: BatchedOptions<TResponse>,
): BatchedMethodDecorator<TRequest, TResponse>;
export function Batched<TResponse = never>(
  batcher?: string,
  options?: BatchedOptions<TResponse>,
): MethodDecorator;
export function Batched(...parameters: unknown[]): MethodDecorator {
  // As a decorator itself it is called with what it stands on.
  if (parameters.length > 2) throw withoutBrackets(parameters);
  const batcher = batcherGivenIn(parameters);
  const [, options = {}] = parameters as [unknown, BatchedOptions?];
  return (target, propertyKey, descriptor) => {
    const decorated = { target, propertyKey, descriptor };
    assertBatchable(decorated);
    const method = `@Batched() of ${nameOfMember(decorated)}`;
    assertBatchedArguments(batcher, options, method);
    const metadata: BatchedMetadata = { ...options, batcherName: batcherNameOf(batcher, method) };
    SetMetadata(BATCHED_METADATA, metadata)(target, propertyKey, descriptor);
    UseInterceptors(BatchedInterceptor)(target, propertyKey, descriptor);
    // Both lie on the method itself; that it has had them is to be known if another decorator replaces it.
    Reflect.defineMetadata(BATCHED_METADATA, metadata, target, propertyKey);
  };
}

function withoutBrackets([target, propertyKey]: readonly unknown[]): InvalidConfigError {
  const member = nameOfMember({ target, propertyKey: propertyKey as string, descriptor: undefined });
  const problem = "it has no brackets; write @Batched('name'), or @Batched() for the default batcher";
  return new InvalidConfigError(`@Batched of ${member}`, [{ field: 'batcher', problem }]);
}

/**
 * For a method that other code calls: returns the request under the type of the response, which is what the caller of a
 * `@Batched()` method gets. The method leaves its return type to the compiler, or says `Promise<BatchRequest<string,
 * Embedding>>`; a plain `Promise<Embedding>` would let a response pass for a request, and is refused.
 *
 * ```ts
 * @Batched(EmbeddingProcessor)
 * async embed(text: string) {
 *   return batchRequest(EmbeddingProcessor, text);
 * }
 *
 * const embedding: Embedding = await this.embed('a text');
 * ```
 */
export function batchRequest<TRequest, TResponse>(
  _processor: BatchProcessorClass<TRequest, TResponse>,
  request: TRequest,
): BatchRequest<TRequest, TResponse> {
  // The one place where the types say what will be rather than what is.
  return request as unknown as BatchRequest<TRequest, TResponse>;
}
