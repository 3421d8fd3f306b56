import type { ConfigFault } from 'nestjs-batching/core';

import type { OpenedSession, ReportedTensor } from '../model-protocol.js';
import type { BatchedInput, BatchedTensor } from './batched-tensor.js';
import { checkBatchAxes, findFixedBatchSize } from './check-batch-axes.js';
import { checkDynamicAxes } from './check-dynamic-axes.js';
import { batchAxisOf, type DeclaredTensors } from './declared-tensor.js';
import type { DynamicAxesOptions, DynamicAxis } from './dynamic-axis.js';
import { collectReplacements, effectiveShapeOf, isWithin } from './effective-shape.js';
import { describeShape, describeTensor, type TensorShape } from '../tensors/tensor-shape.js';
import { isTensorType, TENSOR_TYPES } from '../tensors/tensor-type.js';

/** What goes into a model and what comes out of it, and in which sizes it runs. */
export interface ModelSignature {
  /** In the model's order; each batched along its own axis, or shared. */
  readonly inputs: readonly BatchedInput[];
  /** Those that are fetched. */
  readonly outputs: readonly BatchedTensor[];
  /** Dimensions along which rows of different length run together. */
  readonly dynamicAxes: readonly DynamicAxis[];
  /** The only number of rows that the model runs; undefined where its batch axis is free. */
  readonly fixedBatchSize: number | undefined;
  /** The numbers of rows that it shall run; undefined for any. */
  readonly allowedBatchSizes: readonly number[] | undefined;
  /** How many rows one request may bring; integer from 1. */
  readonly maxRowsPerRequest: number;
}

/** What the application says of a model. */
export interface DeclaredSignature {
  readonly inputs: DeclaredTensors | undefined;
  readonly outputs: DeclaredTensors | undefined;
  /** Default: none. */
  readonly dynamicAxes?: DynamicAxesOptions;
  /** Default: any. */
  readonly allowedBatchSizes?: readonly number[] | undefined;
  /** Default 1. */
  readonly maxRowsPerRequest?: number;
}

export interface SignatureCheck {
  readonly faults: readonly ConfigFault[];
  /** What is in order of it. */
  readonly signature: ModelSignature;
}

/**
 * Holds a model against what batching needs (tensors of supported types, an axis for the batch, rows that do not
 * depend on each other) and against what the application declared, and lists every difference.
 */
export function checkModelSignature(model: OpenedSession, declared: DeclaredSignature): SignatureCheck {
  const { dynamicAxes: axes = {}, maxRowsPerRequest = 1 } = declared;
  const dynamicAxisNames = new Set(Object.keys(axes));
  const fetched = model.outputs.filter(({ name }) => declared.outputs?.has(name) ?? true);
  const replacements = collectReplacements(model.inputs, { tensors: declared.inputs, dynamicAxisNames });
  const inputs = model.inputs.map((tensor) => {
    const shapes = { tensors: declared.inputs, dynamicAxisNames };
    return checkTensor('inputs', tensor, effectiveShapeOf(tensor, shapes, replacements), declared.inputs);
  });
  const outputs = fetched.map((tensor) => {
    const shapes = { tensors: declared.outputs, dynamicAxisNames };
    return checkTensor('outputs', tensor, effectiveShapeOf(tensor, shapes, replacements), declared.outputs);
  });
  const sound = {
    inputs: inputs.flatMap(({ tensor }) => tensor ?? []),
    outputs: outputs.flatMap(({ tensor }) => tensor ?? []),
  };
  const dynamic = checkDynamicAxes(sound.inputs, axes, declared.inputs);
  const fixedBatchSize = findFixedBatchSize(sound.inputs);
  return {
    faults: [
      ...findUnknown('inputs', declared.inputs, model.inputs),
      ...inputs.flatMap(({ faults }) => faults),
      ...findUnknown('outputs', declared.outputs, model.outputs),
      ...outputs.flatMap(({ faults }) => faults),
      ...checkBatchAxes(sound.inputs, sound.outputs),
      ...dynamic.faults,
      ...checkRowsPerRequest(maxRowsPerRequest, fixedBatchSize, declared.allowedBatchSizes),
    ],
    signature: {
      ...sound,
      inputs: dynamic.inputs,
      dynamicAxes: dynamic.dynamicAxes,
      fixedBatchSize,
      allowedBatchSizes: fixedBatchSize === undefined ? declared.allowedBatchSizes : [fixedBatchSize],
      maxRowsPerRequest,
    },
  };
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

/** What can be told of a tensor by itself. */
function checkTensor(
  side: Side,
  reported: ReportedTensor,
  shape: TensorShape,
  declaredTensors: DeclaredTensors | undefined,
): TensorCheck {
  const { name, type } = reported;
  const declared = declaredTensors?.get(name);
  const batchAxis = batchAxisOf(declared);
  const problems: string[] = [];
  if (side === 'inputs' && declaredTensors?.has(name) === false) {
    problems.push(`the model also takes ${describeReported(reported)}, which is not declared`);
  }
  const axisProblem = type === undefined ? undefined : describeMissingAxis(side, shape, batchAxis);
  if (axisProblem !== undefined) problems.push(axisProblem);
  if (!isTensorType(type)) {
    const what = type === undefined ? 'a sequence or a map' : `a tensor of ${type}`;
    const advice = side === 'outputs' ? '; name in `outputs` only those that you need' : '';
    problems.push(
      `the model has ${what} here, which is not supported; supported are tensors of ${TENSOR_TYPES.join(', ')}${advice}`,
    );
  }
  if (declared?.type !== undefined && declared.type !== type) {
    problems.push(`declared ${declared.type}, the model has ${type ?? 'no tensor'}`);
  }
  if (declared?.shape !== undefined && !isWithin(declared.shape, reported.shape, batchAxis)) {
    problems.push(
      `declared ${describeShape(declared.shape)}, the model has ${describeShape(reported.shape)}`,
    );
  }
  return {
    faults: problems.map((problem) => ({ field: `${side}.${name}`, problem })),
    tensor: isTensorType(type) && axisProblem === undefined ? { name, type, shape, batchAxis } : undefined,
  };
}

function describeMissingAxis(
  side: Side,
  shape: TensorShape,
  batchAxis: number | undefined,
): string | undefined {
  if (batchAxis === undefined || batchAxis < shape.length) return undefined;
  if (shape.length > 0) {
    return `batchAxis is ${batchAxis}, but the model has it as ${describeShape(shape)}, whose last axis is ${shape.length - 1}`;
  }
  // Of an output, the trial run tells more: many exporters leave its shape out.
  if (side === 'outputs') return undefined;
  return (
    'the model has no batch axis for it (a scalar, or a shape that it does not tell); declare `shared: true` if ' +
    'it belongs to all rows alike, or its shape if the model does not tell it'
  );
}

/** A request's rows run together, so that one run must hold them. */
function checkRowsPerRequest(
  maxRowsPerRequest: number,
  fixedBatchSize: number | undefined,
  allowedBatchSizes: readonly number[] = [Infinity],
): ConfigFault[] {
  const most = fixedBatchSize ?? Math.max(...allowedBatchSizes);
  if (maxRowsPerRequest <= most) return [];
  const reason =
    fixedBatchSize === undefined
      ? `the largest of allowedBatchSizes is ${most}`
      : `the model's batch size is fixed at ${most}`;
  return [{ field: 'maxRowsPerRequest', problem: `received ${maxRowsPerRequest}, but ${reason}` }];
}

function describeReported({ name, type, shape }: ReportedTensor): string {
  return type === undefined ? `${name} (no tensor)` : `${name}: ${describeTensor({ type, shape })}`;
}
