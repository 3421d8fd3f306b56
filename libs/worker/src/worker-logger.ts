/** Where it is said what becomes of workers. Nest's `Logger` is one. */
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
