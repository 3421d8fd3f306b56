/** Where a model says what it does. Nest's `Logger` fits. */
export interface OnnxLogger {
  log(message: string): void;
  warn(message: string): void;
}

/** Says nothing but warnings, as Node itself does. */
export const processWarningLogger: OnnxLogger = {
  log: () => undefined,
  warn: (message) => process.emitWarning(message, 'OnnxModelWarning'),
};
