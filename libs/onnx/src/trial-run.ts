import type { ConfigFault } from 'nestjs-batching/core';

import type { DeclaredTensors } from './tensors/declared-tensor.js';
import { messageOf } from './error-message.js';
import type { ModelHost } from './model-host.js';
import type { NamedTensor, RunReply } from './model-protocol.js';
import { describeRowDifference, type BatchedTensor, type ModelSignature } from './tensors/model-signature.js';
import { describeBatchAxisFault } from './tensors/split-rows.js';
import { elementCountOf, hasFreeDimensions, rowShapeOf } from './tensors/tensor-shape.js';
import { createTensorData } from './tensors/tensor-type.js';

/** One run of zeros before the model counts as ready. */
export interface WarmUp {
  readonly batchSize: number;
  /** How long ONNX Runtime took, in milliseconds. The first run of a size has the cost of setting it up. */
  readonly runMs: number;
}

export interface TrialRuns {
  readonly warmUps: readonly WarmUp[];
  /** What the first run's outputs have against being batched, or against what was declared. */
  readonly faults: readonly ConfigFault[];
}

/**
 * Runs batches of zeros, the largest first: it shows whether the provider works at all, whether the outputs
 * have a row for each request, and it sets up most of the memory. It is of two rows at least, since with one
 * row an output without a batch axis looks right.
 *
 * @throws Error if a run fails: the execution provider cannot run the model.
 */
export async function makeTrialRuns(
  host: ModelHost,
  signature: ModelSignature,
  declaredOutputs: DeclaredTensors | undefined,
  warmupBatchSizes: readonly number[],
): Promise<TrialRuns> {
  const largest = Math.max(2, ...warmupBatchSizes);
  const sizes = [largest, ...new Set(warmupBatchSizes.filter((size) => size !== largest))];
  const outputNames = signature.outputs.map(({ name }) => name);
  const warmUps: WarmUp[] = [];
  for (const batchSize of sizes) {
    const { outputs, runMs } = await runZeros(host, signature.inputs, outputNames, batchSize);
    warmUps.push({ batchSize, runMs });
    const faults = warmUps.length === 1 ? findFaults(outputs, batchSize, declaredOutputs) : [];
    if (faults.length > 0) return { warmUps, faults };
  }
  return { warmUps, faults: [] };
}

async function runZeros(
  host: ModelHost,
  inputs: readonly BatchedTensor[],
  outputNames: readonly string[],
  batchSize: number,
): Promise<RunReply> {
  try {
    return await host.run({ inputs: makeZeros(inputs, batchSize), outputNames });
  } catch (error) {
    const advice = inputs.some(({ shape }) => hasFreeDimensions(rowShapeOf(shape)))
      ? ' (free dimensions were 1; if that is too small, declare their size in inputs.<name>.shape)'
      : '';
    throw new Error(`a trial run of ${batchSize} rows of zeros failed: ${messageOf(error)}${advice}`, {
      cause: error,
    });
  }
}

/** Zeros for every input; a dimension that is free counts 1. */
function makeZeros(inputs: readonly BatchedTensor[], batchSize: number): readonly NamedTensor[] {
  return inputs.map(({ name, type, shape }) => {
    const rowDims = rowShapeOf(shape).map((size) => (typeof size === 'number' ? size : 1));
    const dims = [batchSize, ...rowDims];
    return { name, type, dims, data: createTensorData(type, elementCountOf(dims)) };
  });
}

function findFaults(
  outputs: readonly NamedTensor[],
  batchSize: number,
  declared: DeclaredTensors | undefined,
): ConfigFault[] {
  return outputs.flatMap((output) => {
    const field = `outputs.${output.name}`;
    const batchAxisFault = describeBatchAxisFault(output, batchSize);
    if (batchAxisFault !== undefined) {
      return [{ field, problem: `${batchAxisFault}. Name in \`outputs\` only those that have it` }];
    }
    const shape = declared?.get(output.name)?.shape;
    const difference = shape === undefined ? undefined : describeRowDifference(shape, output.dims);
    return difference === undefined ? [] : [{ field, problem: difference }];
  });
}
