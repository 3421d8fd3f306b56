import type { BatchingError } from 'nestjs-batching/core';
import { messageForCaller } from './error-for-caller.js';

/** What a caller of another transport than HTTP gets of a `BatchingError`. */
export interface TransportErrorBody {
  readonly status: 'error';
  readonly code: string;
  readonly message: string;
  readonly isRetryable: boolean;
  readonly retryAfterMs?: number;
}

type ExceptionClass = new (body: object) => Error;

/** The exception classes that other transports let through; each is there if its package is installed. */
interface TransportExceptions {
  readonly rpc: ExceptionClass | undefined;
  readonly ws: ExceptionClass | undefined;
}

/** Looks for the packages of the other transports. Nobody has to install what the app does not use. */
export async function loadTransportExceptions(): Promise<TransportExceptions> {
  const [microservices, websockets] = await Promise.allSettled([
    import('@nestjs/microservices'),
    import('@nestjs/websockets'),
  ]);
  return {
    rpc: microservices.status === 'fulfilled' ? microservices.value.RpcException : undefined,
    ws: websockets.status === 'fulfilled' ? websockets.value.WsException : undefined,
  };
}

/**
 * The batcher's errors in the exceptions of microservices and WebSocket gateways, which turn every other one into
 * "Internal server error".
 */
export class TransportErrors {
  constructor(private readonly exceptions: TransportExceptions) {}

  /** @param contextType `rpc` or `ws`; for any other the error is returned as it is. */
  toException(error: BatchingError, contextType: string): Error {
    const exception = this.exceptionOf(contextType);
    return exception === undefined ? error : new exception(bodyOf(error));
  }

  /** Whether it is what that transport tells its callers as it is. */
  isException(thrown: unknown, contextType: string): boolean {
    const exception = this.exceptionOf(contextType);
    return exception !== undefined && thrown instanceof exception;
  }

  private exceptionOf(contextType: string): ExceptionClass | undefined {
    return contextType === 'rpc'
      ? this.exceptions.rpc
      : contextType === 'ws'
        ? this.exceptions.ws
        : undefined;
  }
}

/** What the caller reads. */
export function bodyOf(error: BatchingError): TransportErrorBody {
  const { code, isRetryable, retryAfterMs } = error;
  return {
    status: 'error',
    code,
    message: messageForCaller(error),
    isRetryable,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}
