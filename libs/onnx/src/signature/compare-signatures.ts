import type { ConfigFault } from 'nestjs-batching/core';

import type { BatchedTensor } from './batched-tensor.js';
import type { ModelSignature } from './model-signature.js';
import { describeTensor } from '../tensors/tensor-shape.js';

/** What goes in and comes out, and the dimensions whose names mean something. */
type Tensors = Pick<ModelSignature, 'inputs' | 'outputs' | 'dynamicAxes'>;

/** What a new model takes or gives otherwise than the old one, so that its callers would not get on with it. */
export function compareSignatures(old: Tensors, next: Tensors): readonly ConfigFault[] {
  const dynamicAxes = new Set([...old.dynamicAxes, ...next.dynamicAxes].map(({ name }) => name));
  return [
    ...compare('inputs', old.inputs, next.inputs, dynamicAxes),
    ...compare('outputs', old.outputs, next.outputs, dynamicAxes),
  ];
}

function compare(
  side: 'inputs' | 'outputs',
  old: readonly BatchedTensor[],
  next: readonly BatchedTensor[],
  dynamicAxes: ReadonlySet<string>,
): ConfigFault[] {
  const names = new Set([...old, ...next].map(({ name }) => name));
  return [...names].flatMap((name) => {
    const before = old.find((tensor) => tensor.name === name);
    const after = next.find((tensor) => tensor.name === name);
    const problem = `the model in use has ${describe(before)}, the new one ${describe(after)}`;
    const field = `${side}.${name}`;
    if (before === undefined || after === undefined || !isAlike(before, after)) return [{ field, problem }];
    const renamed = before.shape
      .map((size, axis) => [size, after.shape[axis]] as const)
      .find((sizes) => sizes[0] !== sizes[1] && sizes.some((size) => dynamicAxes.has(String(size))));
    if (renamed === undefined) return [];
    const [was, is] = renamed.map((size) => `"${size}"`);
    const reason = `${was} has become ${is}, and dynamicAxes go by the name: padding is cut off where it is found`;
    return [{ field, problem: `${problem}; ${reason}` }];
  });
}

/** But for what they call their free dimensions. */
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
