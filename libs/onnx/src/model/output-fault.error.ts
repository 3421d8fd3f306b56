import { describeThrown } from 'nestjs-batching/core';

/** The model has run, but what came out cannot be told apart by request. No request is at fault. */
export class OutputFaultError extends Error {
  override readonly name = 'OutputFaultError';

  constructor(cause: unknown) {
    super(describeThrown(cause), { cause });
  }
}
