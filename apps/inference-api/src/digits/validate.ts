import { BadRequestException } from '@nestjs/common';
import type { z } from 'zod';

/** A client does not need more than the first few to see what is wrong. */
const MOST_MESSAGES = 5;

/** @throws BadRequestException that says where each value is wrong and what is expected there. */
export function validate<TSchema extends z.ZodType>(schema: TSchema, body: unknown): z.output<TSchema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const { issues } = result.error;
  const messages = issues
    .slice(0, MOST_MESSAGES)
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`));
  if (issues.length > MOST_MESSAGES) messages.push(`and ${issues.length - MOST_MESSAGES} more like these`);
  throw new BadRequestException(messages);
}
