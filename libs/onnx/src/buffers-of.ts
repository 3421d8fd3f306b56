import type { NamedTensor } from './model-protocol.js';

/** What tensors keep their elements in, each once. Strings have no buffer. */
export function buffersOf(tensors: readonly NamedTensor[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { data } of tensors) {
    if (ArrayBuffer.isView(data) && data.buffer instanceof ArrayBuffer) buffers.add(data.buffer);
  }
  return [...buffers];
}
