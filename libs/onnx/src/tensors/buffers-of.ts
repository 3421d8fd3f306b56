import { types } from 'node:util';

import type { NamedTensor } from '../model-protocol.js';

/** What tensors keep their elements in, each once. Strings have no buffer. */
export function buffersOf(tensors: readonly NamedTensor[]): ArrayBuffer[] {
  // Few: to look through a list is faster than a set.
  const buffers: ArrayBuffer[] = [];
  for (const { data } of tensors) {
    // By what it is, not by its class: another realm has another class.
    if (!ArrayBuffer.isView(data) || !types.isArrayBuffer(data.buffer)) continue;
    if (!buffers.includes(data.buffer)) buffers.push(data.buffer);
  }
  return buffers;
}
