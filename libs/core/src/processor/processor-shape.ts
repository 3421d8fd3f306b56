/** Whether it is a class: a function, too, but none that can be called. */
export function isClass(candidate: unknown): boolean {
  return typeof candidate === 'function' && /^class\b/.test(Function.prototype.toString.call(candidate));
}

/** Whether it is a function that can be called with a batch, as far as that can be seen. */
export function isProcessFunction(candidate: unknown): boolean {
  return typeof candidate === 'function' && !isClass(candidate);
}

/** Whether it is an object that can run batches. */
export function hasProcessBatch(candidate: unknown): boolean {
  return (
    typeof candidate === 'object' &&
    candidate !== null &&
    'processBatch' in candidate &&
    typeof candidate.processBatch === 'function'
  );
}
