import { describeThrown, type ConfigFault } from 'nestjs-batching/core';

import { buffersOf } from '../tensors/buffers-of.js';
import { findDependentRows, findUncutLengths, type TrialOutputs } from './compare-trials.js';
import type { NamedTensor } from '../model-protocol.js';
import type { ModelWorker } from './model-worker.js';
import { BatchSizes } from '../layout/batch-sizes.js';
import type { DeclaredTensors } from '../signature/declared-tensor.js';
import type { ModelSignature } from '../signature/model-signature.js';
import { describeOutputFault, toExpectedOutput } from '../layout/split-output.js';
import { listTensor, readTensor } from '../tensors/listed-tensor.js';
import { describeShape, hasFreeDimensions, rowShapeOf } from '../tensors/tensor-shape.js';
import { withOtherLengths } from './trial-lengths.js';
import type { TrialInputs } from './trial-inputs.js';

/** One run before the model counts as ready. */
export interface WarmUp {
  /** How many rows it had. */
  readonly batchSize: number;
  /** How long ONNX Runtime took, in milliseconds. The first run of a size has the cost of setting it up. */
  readonly runMs: number;
}

/** What came out of one of them. */
interface TrialRun {
  readonly outputs: readonly NamedTensor[];
  readonly runMs: number;
}

export interface TrialRuns {
  readonly warmUps: readonly WarmUp[];
  /** What the outputs of a run have against being batched, or against what was declared. */
  readonly faults: readonly ConfigFault[];
}

/**
 * Runs batches of trial inputs, first the largest that was asked for: it shows whether the provider works at all,
 * whether the outputs have a row for each request, and it sets up most of the memory. At least one run has two rows or
 * more, and where the batch is free there are runs of two sizes: an output without a batch axis looks right at one
 * size, that which its own first axis happens to have. With dynamic axes there is one at other lengths, which shows
 * what has to be cut.
 *
 * @throws Error if a run fails: the execution provider cannot run the model.
 */
export async function makeTrialRuns(
  worker: ModelWorker,
  signature: ModelSignature,
  declaredOutputs: DeclaredTensors | undefined,
  warmupBatchSizes: readonly number[],
  trialInputs: TrialInputs,
): Promise<TrialRuns> {
  const warmUps: WarmUp[] = [];
  let first: TrialOutputs | undefined;
  for (const batchSize of chooseSizes(signature, warmupBatchSizes)) {
    const { outputs, runMs } = await runTrial(worker, signature, trialInputs, batchSize);
    warmUps.push({ batchSize, runMs });
    const sizes = { paddedRowCount: batchSize, paddedLengths: trialInputs.lengths };
    const faults = findFaults(outputs, sizes, signature, declaredOutputs);
    const trial = { batchSize, lengths: trialInputs.lengths, outputs };
    if (first !== undefined) faults.push(...findDependentRows(signature, first, trial));
    if (faults.length > 0) return { warmUps, faults };
    first ??= trial;
  }
  if (first === undefined) return { warmUps, faults: [] };
  const longer = await tryOtherLengths(worker, signature, trialInputs, first.batchSize);
  return { warmUps, faults: longer === undefined ? [] : findUncutLengths(signature, first, longer) };
}

/**
 * One run more at other lengths. A model may well have something against lengths that nobody will send, so that it
 * tells nothing if it fails.
 */
async function tryOtherLengths(
  worker: ModelWorker,
  signature: ModelSignature,
  trialInputs: TrialInputs,
  batchSize: number,
): Promise<TrialOutputs | undefined> {
  const others = withOtherLengths(signature, trialInputs);
  if (others === undefined) return undefined;
  try {
    const { outputs } = await runTrial(worker, signature, others, batchSize);
    return { batchSize, lengths: others.lengths, outputs };
  } catch (error) {
    if (worker.endReason !== undefined) throw error;
    return undefined;
  }
}

/**
 * The sizes that were asked for, or those at which the model would run them; two at least, if it runs in more than one.
 */
function chooseSizes(signature: ModelSignature, wanted: readonly number[]): readonly number[] {
  const sizes = new BatchSizes(signature);
  const toSize = (rowCount: number): number => sizes.sizeFor(Math.min(rowCount, sizes.largest));
  const largest = toSize(Math.max(2, ...wanted));
  const chosen = new Set([largest, ...wanted.map(toSize)]);
  if (chosen.size === 1) chosen.add(toSize(1));
  if (chosen.size === 1) chosen.add(toSize(largest + 1));
  return [...chosen];
}

/**
 * The smallest of these runs, once more, in a worker that has made them.
 *
 * @throws Error if it fails now: that is the worker's fault.
 */
export async function repeatTrialRun(
  worker: ModelWorker,
  signature: ModelSignature,
  warmupBatchSizes: readonly number[],
  trialInputs: TrialInputs,
): Promise<void> {
  const smallest = Math.min(...chooseSizes(signature, warmupBatchSizes));
  await runRows(worker, signature, trialInputs, smallest);
}

async function runRows(
  worker: ModelWorker,
  signature: ModelSignature,
  trialInputs: TrialInputs,
  batchSize: number,
): Promise<TrialRun> {
  const inputs = trialInputs.create(batchSize);
  const outputNames = signature.outputs.map(({ name }) => name);
  const request = [outputNames, false, inputs.map(listTensor)] as const;
  const [outputs, runMs] = await worker.call('run', request, { buffers: buffersOf(inputs) });
  return { outputs: outputs.map(readTensor), runMs };
}

async function runTrial(
  worker: ModelWorker,
  signature: ModelSignature,
  trialInputs: TrialInputs,
  batchSize: number,
): Promise<TrialRun> {
  try {
    return await runRows(worker, signature, trialInputs, batchSize);
  } catch (error) {
    if (worker.endReason !== undefined) throw error;
    const [what, advice] = trialInputs.areZeros
      ? [`${batchSize} rows of zeros`, adviceOnZeros(signature)]
      : [`the warmupRow ${batchSize} times`, ''];
    throw new Error(`a trial run of ${what} failed: ${describeThrown(error)}${advice}`, { cause: error });
  }
}

function adviceOnZeros({ inputs }: ModelSignature): string {
  const isAnyFree = inputs.some(({ shape, batchAxis }) => hasFreeDimensions(rowShapeOf(shape, batchAxis)));
  return isAnyFree
    ? ' (free dimensions were 1; if that is too small, or zeros make no sense to the model, give a warmupRow, or declare sizes in inputs.<name>.shape)'
    : ' (if zeros make no sense to the model, give a warmupRow)';
}

function findFaults(
  outputs: readonly NamedTensor[],
  sizes: { readonly paddedRowCount: number; readonly paddedLengths: readonly number[] },
  signature: ModelSignature,
  declared: DeclaredTensors | undefined,
): ConfigFault[] {
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
