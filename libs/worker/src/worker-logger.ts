/** Where it is said what becomes of workers. Nest's `Logger` is one. */
export interface WorkerLogger {
  log(message: string): void;
  warn(message: string): void;
}

/** Says nothing but warnings, as Node itself does. @param type What Node calls them. */
export function processWarnings(type: string): WorkerLogger {
  return { log: () => undefined, warn: (message) => process.emitWarning(message, type) };
}
