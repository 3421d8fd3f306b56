import { describeThrown } from 'nestjs-batching/core';
import { deserialize, serialize } from 'node:v8';

import type { WorkerIsolation } from './worker-host.js';

/** A call that could not be sent, or not be read where it came, since something in it cannot be copied. */
export class UncopyableError extends Error {
  override readonly name = 'UncopyableError';

  /** @param cause What the runtime says of it. */
  constructor(cause: unknown) {
    super(describeThrown(cause), { cause });
  }
}

/** The answer to a call has come, and cannot be read; the worker is none the worse for it. */
export class UnreadableAnswerError extends Error {
  override readonly name = 'UnreadableAnswerError';

  /** @param cause What the runtime says of it. */
  constructor(cause: unknown) {
    super(`the answer of the worker cannot be read: ${describeThrown(cause)}`, { cause });
  }
}

/** Why a value cannot be copied into a worker or out of it, in words; undefined if it can. It is copied for that. */
export function describeUncopyable(value: unknown, isolation: WorkerIsolation): string | undefined {
  try {
    if (isolation === 'process') deserialize(serialize(value));
    else structuredClone(value);
    return undefined;
  } catch (error) {
    return describeThrown(error);
  }
}
