import { BatchingError, describeThrown } from 'nestjs-batching/core';

/**
 * What ONNX Runtime, its execution providers and Node say when there is not enough memory for a run. CUDA's libraries
 * say it in their own codes (`CUBLAS_STATUS_ALLOC_FAILED`), Windows in its language behind a number of its own
 * (`8007000E`).
 */
const OUT_OF_MEMORY =
  /out of memory|failed to allocate memory|bad[_ ]alloc|available memory of \d+ is smaller|cudaErrorMemoryAllocation|_ALLOC(?:ATION)?_FAILED|E_OUTOFMEMORY|8007000E|array buffer allocation failed|invalid array buffer length/i;

/** Whether that is what a run's error says. A worker that was lost, for whatever reason, is another matter. */
export function isOutOfMemory(error: unknown): boolean {
  return !(error instanceof BatchingError) && OUT_OF_MEMORY.test(describeThrown(error));
}
