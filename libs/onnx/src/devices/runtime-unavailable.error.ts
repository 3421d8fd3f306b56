const CODE = 'RUNTIME_UNAVAILABLE';

/** onnxruntime-node cannot be loaded. The message says what to do. */
export class RuntimeUnavailableError extends Error {
  /** `RUNTIME_UNAVAILABLE`: survives the way out of a worker, where the class does not. */
  readonly code = CODE;
  /** As stacks and logs show it. */
  override readonly name = 'RuntimeUnavailableError';
}

/** Whether an error says so; one that comes out of a worker has lost its class. */
export function isRuntimeUnavailable(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === CODE;
}
