import type { ConfigFault } from 'nestjs-batching/core';

import type { NamedTensor } from '../model-protocol.js';
import type { BatchedTensor } from '../signature/batched-tensor.js';
import type { DynamicAxis } from '../signature/dynamic-axis.js';
import type { ModelSignature } from '../signature/model-signature.js';
import { toExpectedOutput } from '../layout/split-output.js';
import { areSameDims, describeShape, rowShapeOf, type TensorShape } from '../tensors/tensor-shape.js';

/** What a trial run gave, and for what. */
export interface TrialOutputs {
  readonly batchSize: number;
  /** How long each row was along the dynamic axes, in their order. */
  readonly lengths: readonly number[];
  readonly outputs: readonly NamedTensor[];
}

type ComparedSignature = Pick<ModelSignature, 'outputs' | 'dynamicAxes'>;

/**
 * Outputs that differ with the size of the batch elsewhere than in its axis. Of a shared one, everybody would get
 * everybody's rows; of any other, a row would tell of its neighbors, as in a matrix of all rows by all rows.
 */
export function findDependentRows(
  { outputs }: ComparedSignature,
  first: TrialOutputs,
  other: TrialOutputs,
): ConfigFault[] {
  return outputs.flatMap(({ name, batchAxis }) => {
    const [dims, otherDims] = [dimsOf(name, first), dimsOf(name, other)];
    if (areSameDims(rowShapeOf(dims, batchAxis), rowShapeOf(otherDims, batchAxis))) return [];
    const came =
      `it came with shape ${describeShape(dims)} for a batch of ${first.batchSize} and ` +
      `${describeShape(otherDims)} for one of ${other.batchSize}`;
    const problem =
      batchAxis === undefined
        ? `declared \`shared\`, but ${came}: it depends on the rows. Declare its \`batchAxis\` instead, or name in ` +
          '`outputs` only those that you need'
        : `${came}, where a row's size is that of its batch: rows that depend on each other cannot be batched; or ` +
          'name in `outputs` only those that you need';
    return [{ field: `outputs.${name}`, problem }];
  });
}

/** Outputs whose rows are as long as the longest of the batch, while nothing says that they are to be cut. */
export function findUncutLengths(
  { outputs, dynamicAxes }: ComparedSignature,
  first: TrialOutputs,
  other: TrialOutputs,
): ConfigFault[] {
  return outputs.flatMap((output) => {
    const { name, batchAxis } = output;
    const [dims, otherDims] = [dimsOf(name, first), dimsOf(name, other)];
    const cuts = toExpectedOutput(output, dynamicAxes).cuts.map(({ axis }) =>
      batchAxis === undefined || axis < batchAxis ? axis : axis + 1,
    );
    const followed = dims.flatMap((size, axis) => {
      if (axis === batchAxis || cuts.includes(axis) || size === otherDims[axis]) return [];
      const dynamicAxis = dynamicAxes.find(
        (_, index) => size === first.lengths[index] && otherDims[axis] === other.lengths[index],
      );
      return dynamicAxis === undefined ? [] : [{ axis, dynamicAxis }];
    });
    return followed.map(({ axis, dynamicAxis }) => ({
      field: `outputs.${name}`,
      problem: describeUncut(output, dims, otherDims[axis] ?? 0, axis, dynamicAxis, followed),
    }));
  });
}

function describeUncut(
  { shape, batchAxis }: BatchedTensor,
  dims: readonly number[],
  otherSize: number,
  axis: number,
  { name }: DynamicAxis,
  followed: readonly { readonly axis: number; readonly dynamicAxis: DynamicAxis }[],
): string {
  const wanted: TensorShape = dims.map(
    (size, at) =>
      followed.find((follower) => follower.axis === at)?.dynamicAxis.name ??
      shape[at] ??
      (at === batchAxis ? 'batch' : size),
  );
  return (
    `its axis ${axis} was ${dims[axis]} for inputs whose ${name} was ${dims[axis]}, and ${otherSize} for ${otherSize}, ` +
    `but the model calls it otherwise, so that rows would keep the padding of longer neighbors. Declare ` +
    `its \`shape\` as ${describeShape(wanted)}, or name in \`outputs\` only those that you need`
  );
}

function dimsOf(name: string, { outputs }: TrialOutputs): readonly number[] {
  return outputs.find((output) => output.name === name)?.dims ?? [];
}
