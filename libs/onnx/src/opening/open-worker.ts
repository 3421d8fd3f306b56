import { describeThrown, InvalidRequestError, type ConfigFault } from 'nestjs-batching/core';
import { overdueReason, readyWithin, WorkerEndedError } from 'nestjs-batching/worker';

import type { ExecutionProviderConfig } from '../devices/execution-provider.js';
import type { ModelFile } from '../files/model-file.js';
import type { OpenedSession } from '../model-protocol.js';
import type { ModelWorker, StartModelWorker } from './model-worker.js';
import type { OnnxRow } from '../rows/onnx-row.js';
import type { ResolvedModelOptions } from '../model/resolve-model-options.js';
import { isRuntimeUnavailable, RuntimeUnavailableError } from '../devices/runtime-unavailable.error.js';
import { checkModelSignature, type ModelSignature } from '../signature/model-signature.js';
import { RowReader } from '../rows/row-reader.js';
import { trialInputsOfRow, trialInputsOfZeros, type TrialInputs } from './trial-inputs.js';
import { makeTrialRuns, repeatTrialRun, type TrialRuns, type WarmUp } from './trial-run.js';
import { WorkerStartError } from './worker-start.error.js';

/** Options whose file is there, and what it held when it was looked at. */
export type CheckedModelOptions = ResolvedModelOptions & { readonly path: string; readonly file: ModelFile };

/** A worker that has the model. */
export interface OpenSession {
  readonly worker: ModelWorker;
  readonly opened: OpenedSession;
}

/** A worker that has the model, has run it, and is warm. */
export interface OpenWorker extends OpenSession {
  readonly signature: ModelSignature;
  readonly warmUps: readonly WarmUp[];
}

/**
 * Starts a worker, and has it open the model on an execution provider.
 *
 * @throws RuntimeUnavailableError, ModelFileChangedError, WorkerStartError, or Error if that does not work. The worker
 *   has ended then.
 */
export function openSession(
  modelName: string,
  start: StartModelWorker,
  options: CheckedModelOptions,
  executionProvider: ExecutionProviderConfig,
): Promise<OpenSession> {
  const next = (session: OpenSession): Promise<OpenSession> => Promise.resolve(session);
  return openAnd(modelName, start, options, executionProvider, undefined, next);
}

/**
 * The same, and tries it out.
 *
 * @returns The worker; or what is wrong with the model, whatever runs it. The worker has ended then.
 * @throws RuntimeUnavailableError, ModelFileChangedError, WorkerStartError, the signal's reason, or Error if the
 *   execution provider cannot run the model.
 */
export async function openWorker(
  modelName: string,
  start: StartModelWorker,
  options: CheckedModelOptions,
  executionProvider: ExecutionProviderConfig,
  signal: AbortSignal | undefined,
): Promise<OpenWorker | { readonly faults: readonly ConfigFault[] }> {
  return openAnd(modelName, start, options, executionProvider, signal, async (session) => {
    const { worker, opened } = session;
    const { faults, signature } = checkModelSignature(opened, options);
    const trial =
      faults.length > 0 ? { faults, warmUps: [] } : await tryOut(modelName, worker, signature, options);
    if (trial.faults.length === 0) return { ...session, signature, warmUps: trial.warmUps };
    await worker.stop();
    return { faults: trial.faults };
  });
}

/**
 * Has a worker that was opened run once more what it has run then.
 *
 * @throws Error if it cannot any more.
 */
export async function checkWorker(
  modelName: string,
  worker: ModelWorker,
  signature: ModelSignature,
  { warmupBatchSizes, warmupRow }: CheckedModelOptions,
): Promise<void> {
  const trialInputs = trialInputsFor(modelName, signature, warmupRow);
  if ('field' in trialInputs) throw new Error(trialInputs.problem);
  await repeatTrialRun(worker, signature, warmupBatchSizes, trialInputs);
}

async function tryOut(
  modelName: string,
  worker: ModelWorker,
  signature: ModelSignature,
  { outputs, warmupBatchSizes, warmupRow }: CheckedModelOptions,
): Promise<TrialRuns> {
  const trialInputs = trialInputsFor(modelName, signature, warmupRow);
  if ('field' in trialInputs) return { faults: [trialInputs], warmUps: [] };
  return makeTrialRuns(worker, signature, outputs, warmupBatchSizes, trialInputs);
}

/** The row's own faults are told as those of any request are. */
function trialInputsFor(
  modelName: string,
  signature: ModelSignature,
  warmupRow: OnnxRow | undefined,
): TrialInputs | ConfigFault {
  if (warmupRow === undefined) return trialInputsOfZeros(signature);
  try {
    const row = new RowReader(modelName, signature).read(warmupRow);
    if (row.rowCount === 1) return trialInputsOfRow(signature, row);
    return { field: 'warmupRow', problem: `received ${row.rowCount} rows, expected one` };
  } catch (error) {
    if (error instanceof InvalidRequestError) return { field: 'warmupRow', problem: error.message };
    throw error;
  }
}

async function openAnd<TResult>(
  modelName: string,
  start: StartModelWorker,
  { path, file, session, workers }: CheckedModelOptions,
  executionProvider: ExecutionProviderConfig,
  signal: AbortSignal | undefined,
  next: (opened: OpenSession) => Promise<TResult>,
): Promise<TResult> {
  await file.assertUnchanged();
  signal?.throwIfAborted();
  const worker = start(modelName, workers.isolation);
  const prepare = async (): Promise<TResult> => {
    const opened = await worker.call('open', { path, executionProvider, session });
    // Somebody may have written to it while it was opened.
    await file.assertUnchanged();
    return next({ worker, opened });
  };
  try {
    return await readyWithin(worker, workers.startTimeoutMs, prepare, signal);
  } catch (error) {
    if (signal?.aborted === true) {
      // Whoever gives up wants to know that nothing is left behind.
      await worker.ended;
      throw signal.reason;
    }
    if (isRuntimeUnavailable(error))
      throw new RuntimeUnavailableError(describeThrown(error), { cause: error });
    // To try again would not help: whoever reads this wants to know why.
    if (error instanceof WorkerEndedError) {
      const isOverdue = error.reason === overdueReason(workers.startTimeoutMs);
      throw new WorkerStartError(error.reason, isOverdue, { cause: error });
    }
    throw error;
  }
}
