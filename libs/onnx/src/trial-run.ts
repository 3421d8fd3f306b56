import type { ConfigFault } from 'nestjs-batching/core';
import { messageOf } from 'nestjs-batching/worker';

import { buffersOf } from './buffers-of.js';
import type { NamedTensor, RunReply } from './model-protocol.js';
import type { ModelWorker } from './model-worker.js';
import { BatchSizes } from './tensors/batch-sizes.js';
import type { DeclaredTensors } from './tensors/declared-tensor.js';
import type { ModelSignature } from './tensors/model-signature.js';
import { describeOutputFault, toExpectedOutput } from './tensors/split-output.js';
import { describeShape, hasFreeDimensions, rowShapeOf } from './tensors/tensor-shape.js';
import { makeTrialInputs } from './tensors/trial-inputs.js';

/** One run of zeros before the model counts as ready. */
export interface WarmUp {
  /** How many rows of zeros it had. */
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
  worker: ModelWorker,
  signature: ModelSignature,
  declaredOutputs: DeclaredTensors | undefined,
  warmupBatchSizes: readonly number[],
): Promise<TrialRuns> {
  const warmUps: WarmUp[] = [];
  for (const batchSize of chooseSizes(signature, warmupBatchSizes)) {
    const { outputs, runMs } = await runZeros(worker, signature, batchSize);
    warmUps.push({ batchSize, runMs });
    const faults = warmUps.length === 1 ? findFaults(outputs, batchSize, signature, declaredOutputs) : [];
    if (faults.length > 0) return { warmUps, faults };
  }
  return { warmUps, faults: [] };
}

/** The sizes that were asked for, or those at which the model would run them. */
function chooseSizes(signature: ModelSignature, wanted: readonly number[]): readonly number[] {
  const sizes = new BatchSizes(signature);
  const toSize = (rowCount: number): number => sizes.sizeFor(Math.min(rowCount, sizes.largest));
  const largest = toSize(Math.max(2, ...wanted));
  return [...new Set([largest, ...wanted.map(toSize)])];
}

async function runZeros(
  worker: ModelWorker,
  signature: ModelSignature,
  batchSize: number,
): Promise<RunReply> {
  const outputNames = signature.outputs.map(({ name }) => name);
  try {
    const inputs = makeTrialInputs(signature, batchSize);
    const request = { inputs, outputNames, wantsBuffersBack: false };
    return await worker.call('run', request, { buffers: buffersOf(inputs) });
  } catch (error) {
    if (worker.endReason !== undefined) throw error;
    const isAnyFree = signature.inputs.some(({ shape, batchAxis }) =>
      hasFreeDimensions(rowShapeOf(shape, batchAxis)),
    );
    const advice = isAnyFree
      ? ' (free dimensions were 1; if that is too small, declare their size in inputs.<name>.shape)'
      : '';
    throw new Error(`a trial run of ${batchSize} rows of zeros failed: ${messageOf(error)}${advice}`, {
      cause: error,
    });
  }
}

function findFaults(
  outputs: readonly NamedTensor[],
  batchSize: number,
  signature: ModelSignature,
  declared: DeclaredTensors | undefined,
): ConfigFault[] {
  const sizes = { paddedRowCount: batchSize, paddedLengths: signature.dynamicAxes.map(() => 1) };
  return outputs.flatMap((output) => {
    const field = `outputs.${output.name}`;
    const tensor = signature.outputs.find(({ name }) => name === output.name);
    if (tensor === undefined) return [];
    const fault = describeOutputFault(toExpectedOutput(tensor, signature.dynamicAxes), output, sizes);
    if (fault !== undefined) {
      const advice =
        'Declare its `batchAxis`, or `shared: true` if every row shall get it whole, or name in `outputs` only those that fit';
      return [{ field, problem: `${fault}. ${advice}` }];
    }
    const shape = declared?.get(output.name)?.shape;
    const isAsDeclared =
      shape === undefined ||
      (shape.length === output.dims.length &&
        shape.every((size, axis) => typeof size === 'string' || size === output.dims[axis]));
    if (isAsDeclared) return [];
    return [
      {
        field,
        problem: `declared ${describeShape(shape)}, the model gives ${describeShape(output.dims)}`,
      },
    ];
  });
}
