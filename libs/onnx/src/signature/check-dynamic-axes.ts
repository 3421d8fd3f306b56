import type { ConfigFault } from 'nestjs-batching/core';

import type { BatchedInput, BatchedTensor } from './batched-tensor.js';
import type { DeclaredTensors } from './declared-tensor.js';
import {
  resolveDynamicAxis,
  type DynamicAxesOptions,
  type DynamicAxis,
  type DynamicAxisOptions,
} from './dynamic-axis.js';
import {
  describeUnfitElement,
  largestCountOf,
  zeroOf,
  type TensorElement,
} from '../tensors/tensor-elements.js';
import { describeTensor, rowShapeOf } from '../tensors/tensor-shape.js';

export interface DynamicAxesOfModel {
  readonly faults: readonly ConfigFault[];
  readonly dynamicAxes: readonly DynamicAxis[];
  /** The inputs, and what fills each of them up. */
  readonly inputs: readonly BatchedInput[];
}

/** Holds `dynamicAxes` and the values of padding against the model's inputs. */
export function checkDynamicAxes(
  inputs: readonly BatchedTensor[],
  options: DynamicAxesOptions,
  declared: DeclaredTensors | undefined,
): DynamicAxesOfModel {
  const axes = Object.entries(options);
  const made = new Set(axes.flatMap(([, { mask, lengths }]) => [mask ?? [], lengths ?? []].flat()));
  const faults = axes.flatMap(([name, axis]) => [
    ...checkCarriers(name, inputs, made),
    ...checkMask(name, axis, inputs, made),
    ...checkLengths(name, axis, inputs, axes),
  ]);
  const padded = inputs.map((input) => {
    const { problems, value } = decidePadding(input, axes, declared?.get(input.name)?.padWith);
    problems.forEach((problem) => faults.push(problem));
    return value === undefined ? input : { ...input, padWith: value };
  });
  return {
    faults,
    dynamicAxes: axes.map(([name, axis]) => {
      const told = inputs.find((input) => input.name === axis.lengths);
      return resolveDynamicAxis(name, axis, told === undefined ? Infinity : largestCountOf(told.type));
    }),
    inputs: padded,
  };
}

/** Whether one of a tensor's rows may be longer than another along a dimension. */
function carries({ shape, batchAxis }: BatchedTensor, axisName: string): boolean {
  return batchAxis !== undefined && rowShapeOf(shape, batchAxis).includes(axisName);
}

function checkCarriers(
  name: string,
  inputs: readonly BatchedTensor[],
  made: ReadonlySet<string>,
): ConfigFault[] {
  const field = `dynamicAxes.${name}`;
  const shared = inputs.filter(({ shape, batchAxis }) => batchAxis === undefined && shape.includes(name));
  // With a batch axis each of them would carry it, so that nothing else is said.
  if (shared.length > 0) {
    return shared.map((input) => ({
      field: `inputs.${input.name}`,
      problem: `declared \`shared\`, but it is ${describeTensor(input)}, whose ${name} is a dynamic axis and differs from row to row`,
    }));
  }
  const carriers = inputs.filter((input) => carries(input, name));
  if (carriers.length === 0) {
    const free = new Set(inputs.flatMap(freeNamesOf));
    const known = free.size === 0 ? 'there is none' : `those are ${[...free].join(', ')}`;
    const problem = `no input has a free dimension of that name besides the batch; ${known}`;
    return [{ field, problem }];
  }
  if (carriers.every((input) => made.has(input.name))) {
    const problem = `only ${carriers.map((input) => input.name).join(', ')} has it, so that nothing tells a row's length`;
    return [{ field, problem }];
  }
  return [];
}

function freeNamesOf({ shape, batchAxis }: BatchedTensor): string[] {
  return rowShapeOf(shape, batchAxis).filter(
    (size): size is string => typeof size === 'string' && size !== '',
  );
}

function checkMask(
  name: string,
  { mask }: DynamicAxisOptions,
  inputs: readonly BatchedTensor[],
  made: ReadonlySet<string>,
): ConfigFault[] {
  if (mask === undefined) return [];
  const field = `dynamicAxes.${name}.mask`;
  const input = inputs.find((candidate) => candidate.name === mask);
  if (input === undefined) return [{ field, problem: describeNoInput(mask, inputs) }];
  if (!carries(input, name)) {
    return [{ field, problem: `the input "${mask}" is ${describeTensor(input)}, which has no ${name}` }];
  }
  if (input.type === 'string') {
    return [{ field, problem: `the input "${mask}" is ${describeTensor(input)}, and a mask has no strings` }];
  }
  // Its other dimensions must be known too, to make it where the caller leaves it out.
  const known = new Set(inputs.filter((other) => !made.has(other.name)).flatMap(freeNamesOf));
  const unknown = rowShapeOf(input.shape, input.batchAxis).find(
    (size) => typeof size === 'string' && !known.has(size),
  );
  if (unknown === undefined || unknown === name) return [];
  const problem = `the input "${mask}" is ${describeTensor(input)}, and no other input tells the size of ${unknown === '' ? 'the dimension without a name' : unknown}`;
  return [{ field, problem }];
}

function checkLengths(
  name: string,
  { lengths, maxLength = 0 }: DynamicAxisOptions,
  inputs: readonly BatchedTensor[],
  axes: readonly (readonly [string, DynamicAxisOptions])[],
): ConfigFault[] {
  if (lengths === undefined) return [];
  const field = `dynamicAxes.${name}.lengths`;
  const input = inputs.find((candidate) => candidate.name === lengths);
  if (input === undefined) return [{ field, problem: describeNoInput(lengths, inputs) }];
  const rowShape = rowShapeOf(input.shape, input.batchAxis);
  const isOneNumber =
    rowShape.every((size) => size === 1) && input.type !== 'string' && input.type !== 'bool';
  if (input.batchAxis === undefined || !isOneNumber) {
    const problem = `the input "${lengths}" is ${describeTensor(input)}, expected one number for each row`;
    return [{ field, problem }];
  }
  // A greater one would arrive as another number, which may be negative.
  const largest = largestCountOf(input.type);
  if (maxLength > largest) {
    const problem = `received ${maxLength}, but the input "${lengths}" is ${describeTensor(input)}, which can tell ${largest} at most`;
    return [{ field: `dynamicAxes.${name}.maxLength`, problem }];
  }
  const other = axes.find(
    ([otherName, axis]) => axis.mask === lengths || (otherName !== name && axis.lengths === lengths),
  );
  if (other === undefined) return [];
  return [{ field, problem: `the input "${lengths}" already has a part in ${other[0]}` }];
}

/** What fills an input up: its own word, else that of its dynamic axes; 0 for a mask. */
function decidePadding(
  input: BatchedTensor,
  axes: readonly (readonly [string, DynamicAxisOptions])[],
  own: TensorElement | undefined,
): { readonly problems: readonly ConfigFault[]; readonly value: TensorElement | undefined } {
  const field = `inputs.${input.name}.padWith`;
  const fault = (problem: string): ConfigFault[] => [{ field, problem }];
  const carried = axes.filter(([name]) => carries(input, name));
  if (carried.length === 0) {
    const problem = 'none of its dimensions is a dynamic axis, so that it is never filled up';
    return { problems: own === undefined ? [] : fault(problem), value: undefined };
  }
  if (own !== undefined) {
    const allowed = describeUnfitElement(input.type, own);
    const problem = `received ${String(own)}, expected ${allowed} for ${describeTensor(input)}`;
    return { problems: allowed === undefined ? [] : fault(problem), value: plain(own) };
  }
  const zero = zeroOf(input.type);
  if (axes.some(([, { mask }]) => mask === input.name)) return { problems: [], value: zero };
  const values = carried.map(([, { padWith }]) => plain(padWith ?? zero));
  const [value = zero] = values;
  if (values.some((other) => other !== value)) {
    const said = carried.map(([name], index) => `${name} with ${values[index]}`).join(', ');
    return { problems: fault(`its dynamic axes differ (${said}); say here which it shall be`), value };
  }
  const allowed = describeUnfitElement(input.type, value);
  if (allowed === undefined) return { problems: [], value };
  const problem = `received ${String(value)}, expected ${allowed} for the input "${input.name}" (${describeTensor(input)}); give that one a padWith of its own`;
  return { problems: [{ field: `dynamicAxes.${carried[0]?.[0] ?? ''}.padWith`, problem }], value };
}

/** A bigint only where a number is too small for it, so that metadata can be written as JSON. */
function plain(value: TensorElement): TensorElement {
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function describeNoInput(name: string, inputs: readonly BatchedTensor[]): string {
  return `the model has no input "${name}"; it has ${inputs.map((input) => input.name).join(', ')}`;
}
