import type { NestExpressApplication } from '@nestjs/platform-express';

/** 784 numbers of 20 characters take 16 kB; a drawing as PNG a little more. */
export const LARGEST_DIGIT_BYTES = 1024 * 1024;

/** Some hundred digits in one call. */
export const LARGEST_JSON_BYTES = 4 * 1024 * 1024;

/** Reads JSON and PNG bodies, each up to a size that its route has a use for. */
export function acceptBodies(app: NestExpressApplication): void {
  app.useBodyParser('json', { limit: LARGEST_JSON_BYTES });
  app.useBodyParser('raw', { type: 'image/png', limit: LARGEST_DIGIT_BYTES });
}
