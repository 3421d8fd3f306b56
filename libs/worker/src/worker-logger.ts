/** Where it is said what becomes of workers. Nest's `Logger` is one. */
export interface WorkerLogger {
  log(message: string): void;
  warn(message: string): void;
}
