import { describeThrown } from 'nestjs-batching/core';

/** Where it is said what becomes of workers. Nest's `Logger` is one. What it throws is said in a process warning. */
export interface WorkerLogger {
  /** What goes as it should: a worker has taken the place of another. */
  log(message: string): void;
  /** What somebody should look at: a worker has ended, or does not answer. */
  warn(message: string): void;
}

/** Says nothing but warnings, as Node itself does. @param type What Node calls them. */
export function processWarnings(type: string): WorkerLogger {
  return { log: () => undefined, warn: (message) => process.emitWarning(message, type) };
}

/** The rule for an option that is a logger. */
export function loggerRule(value: unknown): string | undefined {
  const { log, warn } = (value ?? {}) as Partial<Record<keyof WorkerLogger, unknown>>;
  return typeof log === 'function' && typeof warn === 'function' ? undefined : 'an object with log and warn';
}

/** The same logger, for who has something in hand that must not end because it could not be said. */
export function neverThrowing(logger: WorkerLogger): WorkerLogger {
  return {
    log: (message) => attempt(() => logger.log(message)),
    warn: (message) => attempt(() => logger.warn(message)),
  };
}

/** One that is asynchronous fails later, and nobody else would wait for it. */
function attempt(say: () => unknown): void {
  new Promise((resolve) => resolve(say())).catch((error: unknown) =>
    process.emitWarning(`A logger failed: ${describeThrown(error)}`, 'WorkerWarning'),
  );
}
