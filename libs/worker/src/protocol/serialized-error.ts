import { describeThrown, InvalidRequestError } from 'nestjs-batching/core';

/** What is kept of an error on its way out of a worker. */
export interface SerializedError {
  /** Of its class; `Error` for what was no error. */
  readonly name: string;
  /** What it said; for what was no error, the value in words. */
  readonly message: string;
  /** By which callers tell errors apart; undefined where it had none. */
  readonly code: string | number | undefined;
  /** Whether another try may succeed, as it says of itself; undefined where it did not. */
  readonly isRetryable: boolean | undefined;
  /** Where it was thrown, inside the worker. */
  readonly stack: string | undefined;
  /** What it was caused by; of a long chain only the first few are kept. */
  readonly cause: SerializedError | undefined;
}

/** A chain of causes is followed no further than this; it may be a ring. */
const MOST_CAUSES = 4;

/** An error as plain data. Works for whatever was thrown, and for errors of another realm. */
export function serializeError(error: unknown, mostCauses = MOST_CAUSES): SerializedError {
  const [name, message, code, isRetryable, stack, cause] = PARTS.map((part) => read(error, part));
  return {
    name: typeof name === 'string' ? name : 'Error',
    message: typeof message === 'string' ? message : describeThrown(error),
    code: typeof code === 'string' || typeof code === 'number' ? code : undefined,
    isRetryable: typeof isRetryable === 'boolean' ? isRetryable : undefined,
    stack: typeof stack === 'string' ? stack : undefined,
    cause: cause === undefined || mostCauses === 0 ? undefined : serializeError(cause, mostCauses - 1),
  };
}

const PARTS = ['name', 'message', 'code', 'isRetryable', 'stack', 'cause'] as const;

/** What is thrown may have any shape; to read it may throw in turn. */
function read(error: unknown, part: string): unknown {
  try {
    return (error as Readonly<Record<string, unknown>>)[part];
  } catch {
    return undefined;
  }
}

/** The error that was serialized, with all that was kept of it. A refused request is one here, too. */
export function reviveError({ name, message, code, isRetryable, stack, cause }: SerializedError): Error {
  const options = cause === undefined ? {} : { cause: reviveError(cause) };
  const isRefusal = code === 'INVALID_REQUEST';
  const error = isRefusal ? new InvalidRequestError(message, options) : new Error(message, options);
  Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true });
  if (stack !== undefined) error.stack = stack;
  if (isRefusal) return error;
  return Object.assign(
    error,
    code === undefined ? {} : { code },
    isRetryable === undefined ? {} : { isRetryable },
  );
}
