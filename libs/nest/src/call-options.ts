import type { ExecutionContext } from '@nestjs/common';
import type { RequestOptions } from 'nestjs-batching/core';
import type { BatchedMetadata, PerCall } from './batched.metadata.js';
import { parseTimeoutHeader } from './timeout-header.js';

/** What of an HTTP request is looked at; the headers are Node's, whatever the platform. */
interface HttpRequest {
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>;
}

/**
 * The options of one call: what the decorator says, or has told for this call, and what the client asks for.
 *
 * @param timeoutHeader The header by which HTTP clients say how long they wait; undefined if they may not.
 * @param defaultTimeoutMs How long the batcher lets a caller wait that does not say, in milliseconds; undefined: any time.
 * @throws InvalidRequestError if that header is wrong.
 */
export function callOptions(
  metadata: BatchedMetadata,
  context: ExecutionContext,
  timeoutHeader: string | undefined,
  defaultTimeoutMs: number | undefined,
): RequestOptions {
  const timeoutMs = valueFor(metadata.timeoutMs, context);
  const askedMs = timeoutHeader === undefined ? undefined : askedTimeoutMs(context, timeoutHeader);
  return {
    // A client may wait for a shorter time than the server would let it, not for a longer one.
    timeoutMs:
      askedMs === undefined ? timeoutMs : Math.min(askedMs, timeoutMs ?? defaultTimeoutMs ?? Infinity),
    priority: valueFor(metadata.priority, context),
    tenant: valueFor(metadata.tenant, context),
    signal: valueFor(metadata.signal, context),
  };
}

function valueFor<TValue>(
  option: PerCall<TValue> | undefined,
  context: ExecutionContext,
): TValue | undefined {
  return typeof option === 'function'
    ? (option as (context: ExecutionContext) => TValue | undefined)(context)
    : option;
}

function askedTimeoutMs(context: ExecutionContext, header: string): number | undefined {
  if (context.getType() !== 'http') return undefined;
  const value = context.switchToHttp().getRequest<HttpRequest>().headers?.[header.toLowerCase()];
  const first = Array.isArray(value) ? value[0] : value;
  return first === undefined ? undefined : parseTimeoutHeader(header, first);
}
