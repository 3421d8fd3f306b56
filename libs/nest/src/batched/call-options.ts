import type { ExecutionContext } from '@nestjs/common';
import { AdmissionFailedError, describeValue, type RequestOptions } from 'nestjs-batching/core';
import type { BatchedMetadata } from './batched.metadata.js';
import { parseTimeoutHeader } from '../options/timeout-header.js';

/** What of an HTTP request is looked at; the headers are Node's, whatever the platform. */
interface HttpRequest {
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>;
}

/**
 * The options of one call: what the decorator says, or has told for this call, and what the client asks for.
 *
 * @param timeoutHeader The header by which HTTP clients say how long they wait; undefined if they may not.
 * @param defaultTimeoutMs How long the batcher lets a caller wait that does not say, in milliseconds; undefined: any
 *   time.
 * @throws InvalidRequestError if that header is wrong, AdmissionFailedError if a function of the decorator returns what
 *   no client can have meant.
 */
export function callOptions(
  metadata: BatchedMetadata,
  context: ExecutionContext,
  timeoutHeader: string | undefined,
  defaultTimeoutMs: number | undefined,
): RequestOptions {
  const timeoutMs = valueFor('timeoutMs', metadata, context);
  const askedMs = timeoutHeader === undefined ? undefined : askedTimeoutMs(context, timeoutHeader);
  return {
    // A client may wait for a shorter time than the server would let it, not for a longer one.
    timeoutMs:
      askedMs === undefined ? timeoutMs : Math.min(askedMs, timeoutMs ?? defaultTimeoutMs ?? Infinity),
    priority: valueFor('priority', metadata, context),
    tenant: valueFor('tenant', metadata, context),
    signal: valueFor('signal', metadata, context),
  };
}

/** What an option is, by its kind; whether a value of that kind is in its range depends on the request, too. */
const KINDS: {
  readonly [Option in keyof RequestOptions]-?: readonly [is: (value: unknown) => boolean, expected: string];
} = {
  timeoutMs: [(value) => typeof value === 'number', 'a number of milliseconds, or undefined'],
  priority: [(value) => typeof value === 'number', 'a number, or undefined'],
  tenant: [(value) => typeof value === 'string', 'a string, or undefined'],
  signal: [isSignal, 'an AbortSignal, or undefined'],
};

/** One that is made elsewhere will do as well. */
function isSignal(value: unknown): boolean {
  return typeof (value as Partial<AbortSignal> | null)?.addEventListener === 'function';
}

function valueFor<TOption extends keyof typeof KINDS>(
  option: TOption,
  metadata: BatchedMetadata,
  context: ExecutionContext,
): RequestOptions[TOption] {
  const given = metadata[option];
  if (typeof given !== 'function') return given as RequestOptions[TOption];
  const value = (given as (context: ExecutionContext) => RequestOptions[TOption] | null)(context);
  const [is, expected] = KINDS[option];
  if (value === undefined || value === null || is(value)) return value ?? undefined;
  throw wrongReturn(option, value, expected, context);
}

function wrongReturn(
  option: string,
  returned: unknown,
  expected: string,
  context: ExecutionContext,
): AdmissionFailedError {
  // Nobody waits for a promise, and what it rejects with would end the process.
  if (returned instanceof Promise) returned.catch(() => undefined);
  const method = `${context.getClass().name}.${context.getHandler().name}`;
  return new AdmissionFailedError(
    `@Batched() of ${method}: its ${option} returned ${describeValue(returned)}, expected ${expected}.`,
  );
}

function askedTimeoutMs(context: ExecutionContext, header: string): number | undefined {
  if (context.getType() !== 'http') return undefined;
  const value = context.switchToHttp().getRequest<HttpRequest>().headers?.[header.toLowerCase()];
  const first = Array.isArray(value) ? value[0] : value;
  return first === undefined ? undefined : parseTimeoutHeader(header, first);
}
