import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { DigitPixelsPipe } from './digit-pixels.pipe.js';

/** The 784 pixels of the digit that the request carries, whether as JSON or as PNG. */
export const DigitPixels = (): ParameterDecorator =>
  createParamDecorator((_: unknown, context: ExecutionContext) =>
    context.switchToHttp().getRequest<Request>(),
  )(DigitPixelsPipe);
