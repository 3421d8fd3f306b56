import type { ListedTensor, NamedTensor } from '../model-protocol.js';

/** A tensor as it is sent. */
export function listTensor({ name, type, dims, data }: NamedTensor): ListedTensor {
  return [name, type, dims, data];
}

/** A tensor that has come. */
export function readTensor([name, type, dims, data]: ListedTensor): NamedTensor {
  return { name, type, dims, data };
}
