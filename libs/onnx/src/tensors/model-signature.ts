import type { ConfigFault } from 'nestjs-batching/core';

import type { DeclaredTensors } from './declared-tensor.js';
import type { OpenedSession, ReportedTensor } from '../model-protocol.js';
import { describeShape, describeTensor, rowShapeOf, type TensorShape } from './tensor-shape.js';
import { isTensorType, TENSOR_TYPES, type TensorType } from './tensor-type.js';

/** An input or output that can be batched: a tensor of a supported type whose first axis is the batch. */
export interface BatchedTensor {
  readonly name: string;
  readonly type: TensorType;
  /** The batch axis first. Free dimensions are narrowed to what the application declared. */
  readonly shape: TensorShape;
}

/** What goes into a model and what comes out of it. */
export interface ModelSignature {
  readonly inputs: readonly BatchedTensor[];
  /** Those that are fetched. */
  readonly outputs: readonly BatchedTensor[];
}

export interface DeclaredSignature {
  readonly inputs: DeclaredTensors | undefined;
  readonly outputs: DeclaredTensors | undefined;
}

export interface SignatureCheck {
  readonly faults: readonly ConfigFault[];
  /** What is in order of it. */
  readonly signature: ModelSignature;
}

/**
 * Holds a model against what batching needs (tensors of supported types, a free batch axis in front, rows that
 * do not depend on each other) and against what the application declared, and lists every difference.
 */
export function checkModelSignature(model: OpenedSession, declared: DeclaredSignature): SignatureCheck {
  const fetched = model.outputs.filter(({ name }) => declared.outputs?.has(name) ?? true);
  const batchNames = new Set(model.inputs.map(({ shape }) => shape[0]).filter((size) => size !== ''));
  const narrowed = collectNarrowedSizes(model.inputs, declared.inputs);
  const inputs = model.inputs.map((tensor) => checkInput(tensor, declared.inputs, batchNames));
  const outputs = fetched.map((tensor) => checkOutput(tensor, declared.outputs, batchNames));
  return {
    faults: [
      ...findUnknown('inputs', declared.inputs, model.inputs),
      ...inputs.flatMap(({ faults }) => faults),
      ...findUnknown('outputs', declared.outputs, model.outputs),
      ...outputs.flatMap(({ faults }) => faults),
    ],
    signature: {
      inputs: inputs.flatMap(({ tensor }) => (tensor === undefined ? [] : narrowByName(tensor, narrowed))),
      outputs: outputs.flatMap(({ tensor }) => (tensor === undefined ? [] : narrowByName(tensor, narrowed))),
    },
  };
}

/** Where the row of a declared shape differs from one that came, in words; undefined where it does not. */
export function describeRowDifference(
  declared: TensorShape,
  received: readonly number[],
): string | undefined {
  const isSame =
    declared.length === received.length &&
    declared.every((size, axis) => axis === 0 || typeof size === 'string' || size === received[axis]);
  return isSame
    ? undefined
    : `declared ${describeShape(declared)}, the model gives ${describeShape(received)}`;
}

type Side = 'inputs' | 'outputs';

interface TensorCheck {
  readonly faults: readonly ConfigFault[];
  readonly tensor: BatchedTensor | undefined;
}

function findUnknown(
  side: Side,
  declared: DeclaredTensors | undefined,
  model: readonly ReportedTensor[],
): ConfigFault[] {
  const known = model.map(({ name }) => name);
  return [...(declared?.keys() ?? [])]
    .filter((name) => !known.includes(name))
    .map((name) => ({
      field: `${side}.${name}`,
      problem: `the model has no such ${side.slice(0, -1)}; it has ${model.map(describeReported).join(', ')}`,
    }));
}

function checkInput(
  tensor: ReportedTensor,
  declared: DeclaredTensors | undefined,
  batchNames: ReadonlySet<number | string | undefined>,
): TensorCheck {
  const { name, shape } = tensor;
  const problems: string[] = [];
  if (declared?.has(name) === false) {
    problems.push(`the model also takes ${describeReported(tensor)}, which is not declared`);
  }
  const [batchAxis] = shape;
  if (tensor.type !== undefined && batchAxis === undefined) {
    problems.push(
      'the model has no batch axis for it (a scalar, or a shape that it does not tell); export it with a free first dimension',
    );
  }
  if (typeof batchAxis === 'number') {
    problems.push(
      `the model has it as ${describeReported(tensor)}, whose batch size is fixed at ${batchAxis}; export it with a free first dimension`,
    );
  }
  return conclude('inputs', tensor, declared, batchNames, problems);
}

function checkOutput(
  tensor: ReportedTensor,
  declared: DeclaredTensors | undefined,
  batchNames: ReadonlySet<number | string | undefined>,
): TensorCheck {
  // Whether the batch axis comes first is seen in the trial run: many exporters write wrong output shapes.
  return conclude('outputs', tensor, declared, batchNames, []);
}

function conclude(
  side: Side,
  { name, type, shape }: ReportedTensor,
  declaredTensors: DeclaredTensors | undefined,
  batchNames: ReadonlySet<number | string | undefined>,
  problems: string[],
): TensorCheck {
  const field = `${side}.${name}`;
  const advice = side === 'outputs' ? '; name in `outputs` only those that you need' : '';
  if (!isTensorType(type)) {
    const what = type === undefined ? 'a sequence or a map' : `a tensor of ${type}`;
    problems.push(
      `the model has ${what} here, which is not supported; supported are tensors of ${TENSOR_TYPES.join(', ')}${advice}`,
    );
  }
  if (rowShapeOf(shape).some((size) => batchNames.has(size))) {
    problems.push(
      `the model has it as ${describeShape(shape)}, where a row's size is that of its batch: rows that depend on each other cannot be batched${advice}`,
    );
  }
  const declared = declaredTensors?.get(name);
  if (declared?.type !== undefined && declared.type !== type) {
    problems.push(`declared ${declared.type}, the model has ${type ?? 'no tensor'}`);
  }
  if (declared?.shape !== undefined && !isWithin(declared.shape, shape)) {
    problems.push(`declared ${describeShape(declared.shape)}, the model has ${describeShape(shape)}`);
  }
  return {
    faults: problems.map((problem) => ({ field, problem })),
    tensor: isTensorType(type) ? { name, type, shape: narrow(shape, declared?.shape) } : undefined,
  };
}

/** Whether every tensor of the declared shape is one that the model's shape allows. */
function isWithin(declared: TensorShape, model: TensorShape): boolean {
  if (model.length === 0) return true;
  return (
    declared.length === model.length &&
    model.every((size, axis) => axis === 0 || typeof size === 'string' || size === declared[axis])
  );
}

function narrow(model: TensorShape, declared: TensorShape | undefined): TensorShape {
  return model.map((size, axis) => {
    const wanted = declared?.[axis];
    return typeof size === 'string' && typeof wanted === 'number' ? wanted : size;
  });
}

/** Sizes of free dimensions that the application declared, by the name that the model has for them. */
function collectNarrowedSizes(
  inputs: readonly ReportedTensor[],
  declared: DeclaredTensors | undefined,
): ReadonlyMap<number | string, number> {
  const sizes = new Map<number | string, number>();
  for (const { name, shape } of inputs) {
    shape.forEach((size, axis) => {
      const wanted = declared?.get(name)?.shape?.[axis];
      if (typeof size === 'string' && size !== '' && typeof wanted === 'number') sizes.set(size, wanted);
    });
  }
  return sizes;
}

/** A dimension that is narrowed in one input is so wherever the model uses its name. */
function narrowByName(tensor: BatchedTensor, sizes: ReadonlyMap<number | string, number>): BatchedTensor {
  return { ...tensor, shape: tensor.shape.map((size) => sizes.get(size) ?? size) };
}

function describeReported({ name, type, shape }: ReportedTensor): string {
  return type === undefined ? `${name} (no tensor)` : `${name}: ${describeTensor({ type, shape })}`;
}
