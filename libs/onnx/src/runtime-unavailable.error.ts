const CODE = 'RUNTIME_UNAVAILABLE';

/** onnxruntime-node cannot be loaded. The message says what to do. */
export class RuntimeUnavailableError extends Error {
  readonly code = CODE;
  override readonly name = 'RuntimeUnavailableError';
}

/** Whether an error says so; one that comes out of a worker has lost its class. */
export function isRuntimeUnavailable(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === CODE;
}
