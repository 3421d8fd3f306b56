import type { ConfigFault } from 'nestjs-batching/core';

import type { BatchedTensor } from './batched-tensor.js';
import type { ModelSignature } from './model-signature.js';
import { describeTensor } from './tensor-shape.js';

/** What goes in and comes out. */
type Tensors = Pick<ModelSignature, 'inputs' | 'outputs'>;

/** What a new model takes or gives otherwise than the old one, so that its callers would not get on with it. */
export function compareSignatures(old: Tensors, next: Tensors): readonly ConfigFault[] {
  return [...compare('inputs', old.inputs, next.inputs), ...compare('outputs', old.outputs, next.outputs)];
}

function compare(
  side: 'inputs' | 'outputs',
  old: readonly BatchedTensor[],
  next: readonly BatchedTensor[],
): ConfigFault[] {
  const names = new Set([...old, ...next].map(({ name }) => name));
  return [...names].flatMap((name) => {
    const before = old.find((tensor) => tensor.name === name);
    const after = next.find((tensor) => tensor.name === name);
    if (before !== undefined && after !== undefined && isAlike(before, after)) return [];
    const problem = `the model in use has ${describe(before)}, the new one ${describe(after)}`;
    return [{ field: `${side}.${name}`, problem }];
  });
}

/** What the new one calls its free dimensions is of no account. */
function isAlike(one: BatchedTensor, other: BatchedTensor): boolean {
  return (
    one.type === other.type &&
    one.shape.length === other.shape.length &&
    one.shape.every((size, axis) => size === other.shape[axis] || isFree(size, other.shape[axis]))
  );
}

function isFree(...sizes: readonly unknown[]): boolean {
  return sizes.every((size) => typeof size === 'string');
}

function describe(tensor: BatchedTensor | undefined): string {
  return tensor === undefined ? 'none' : describeTensor(tensor);
}
