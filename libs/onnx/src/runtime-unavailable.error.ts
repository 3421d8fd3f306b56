/** onnxruntime-node cannot be loaded. The message says what to do. */
export class RuntimeUnavailableError extends Error {}
