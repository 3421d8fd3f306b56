import { types } from 'node:util';

import type { NamedTensor } from '../model-protocol.js';
import type { TensorData } from './tensor-type.js';

/** What tensors keep their elements in, each once. Strings have no buffer. */
export function buffersOf(tensors: readonly NamedTensor[]): ArrayBuffer[] {
  const buffers: ArrayBuffer[] = [];
  for (const { data } of tensors) addBufferOf(data, buffers);
  return buffers;
}

/** Adds what these elements are kept in, unless it is there already. */
export function addBufferOf(data: TensorData, buffers: ArrayBuffer[]): void {
  // By what it is, not by its class: another realm has another class.
  if (!ArrayBuffer.isView(data) || !types.isArrayBuffer(data.buffer)) return;
  // Few: to look through a list is faster than a set.
  if (!buffers.includes(data.buffer)) buffers.push(data.buffer);
}
