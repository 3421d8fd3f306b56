import {
  BadRequestException,
  Catch,
  HttpStatus,
  NotFoundException,
  PayloadTooLargeException,
  type ArgumentsHost,
} from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { LARGEST_JSON_BYTES, LARGEST_DIGIT_BYTES } from './accept-bodies.js';

const MEBIBYTE = 1024 * 1024;

/** Adds to the errors that come before any handler (no such route, unreadable body) what would have been right. */
@Catch()
export class ClientErrorFilter extends BaseExceptionFilter<unknown> {
  override catch(exception: unknown, host: ArgumentsHost): void {
    super.catch(explain(exception), host);
  }
}

function explain(exception: unknown): unknown {
  if (isTooLarge(exception)) {
    return new PayloadTooLargeException(
      `The body is too large: at most ${LARGEST_DIGIT_BYTES / MEBIBYTE} MiB for a PNG, ` +
        `${LARGEST_JSON_BYTES / MEBIBYTE} MiB for JSON.`,
    );
  }
  if (exception instanceof NotFoundException && exception.message.startsWith('Cannot ')) {
    return new NotFoundException(
      `${exception.message}. There are POST /digits/classify, POST /digits/classify-many, GET /health/live, ` +
        `GET /health/ready, GET /statistics and the pages / and /api.`,
    );
  }
  if (isBrokenJson(exception)) {
    return new BadRequestException(
      `The body is not valid JSON (${exception.message}). Expected { "pixels": [784 numbers from 0 to 255] }, ` +
        `or { "images": [...] } with many such lists for /digits/classify-many.`,
    );
  }
  return exception;
}

function isTooLarge(exception: unknown): boolean {
  return statusOf(exception) === HttpStatus.PAYLOAD_TOO_LARGE;
}

/** Nest has made a BadRequestException of the parser's error; the error itself is its cause or its message. */
function isBrokenJson(exception: unknown): exception is Error {
  return (
    exception instanceof BadRequestException &&
    / JSON\b|^Expected|^Unexpected|^Bad control/.test(exception.message)
  );
}

function statusOf(exception: unknown): unknown {
  if (typeof exception !== 'object' || exception === null) return undefined;
  return 'status' in exception ? exception.status : undefined;
}
