import { WorkerEndedError } from 'nestjs-batching/worker';

import { isOutOfMemory } from './out-of-memory.js';

describe('isOutOfMemory', () => {
  it.each([
    'CUDA out of memory',
    'CUBLAS failure: cudaErrorMemoryAllocation',
    'CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0 ; expr=cublasCreate(&cublas_handle_);',
    'CUDNN failure 4002: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED ; GPU=0',
    'MLOperatorAuthorImpl.cpp(1978): Exception(3) tid(4304) 8007000E Not enough memory resources are available',
    'std::bad_alloc',
    'Array buffer allocation failed',
    'Invalid array buffer length',
    'bad allocation',
    'bfc_arena.cc: Available memory of 1024 is smaller than requested bytes of 4096',
    'Failed to allocate memory for requested buffer of size 4294967296',
  ])('knows it by what is said: %s', (message) => {
    expect(isOutOfMemory(new Error(message))).toBe(true);
  });

  it('does not take any other failure for it', () => {
    expect(isOutOfMemory(new Error('indices element out of data bounds'))).toBe(false);
  });

  it('does not take the end of a worker for it, whatever that has ended of', () => {
    const error = new WorkerEndedError('model "digits"', 'it failed (JS heap out of memory)');
    expect(isOutOfMemory(error)).toBe(false);
  });
});
