import { Logger } from '@nestjs/common';
import type { BatchingError } from 'nestjs-batching/core';

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
  private readonly logger = new Logger('Batching');

  constructor(private readonly exceptions: TransportExceptions) {}

  /** @param contextType `rpc` or `ws`; for any other the error is returned as it is. */
  toException(error: BatchingError, contextType: string): Error {
    const exception =
      contextType === 'rpc' ? this.exceptions.rpc : contextType === 'ws' ? this.exceptions.ws : undefined;
    if (exception === undefined) return error;
    if (error.code === 'PROCESSING_FAILED') this.logger.error(error.message, error.stack);
    return new exception(bodyOf(error));
  }
}

function bodyOf({ code, message, isRetryable, retryAfterMs }: BatchingError): TransportErrorBody {
  return {
    status: 'error',
    code,
    // What went wrong inside is for the log, not for the client.
    message: code === 'PROCESSING_FAILED' ? 'The request could not be processed.' : message,
    isRetryable,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}
