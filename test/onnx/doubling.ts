import type { OnnxGraph } from 'nestjs-batching/testing';

/** A model whose output `y` is twice its input `x`, of whatever shape. */
export function doubling(shape: readonly (number | string)[]): OnnxGraph {
  return {
    inputs: [{ name: 'x', type: 'float32', shape }],
    outputs: [{ name: 'y', type: 'float32', shape }],
    nodes: [{ op: 'Add', inputs: ['x', 'x'], outputs: ['y'] }],
  };
}
