import { describeThrown, type ConfigFault } from 'nestjs-batching/core';

import { onDevice } from '../devices/device.js';
import type { ExecutionProviderConfig } from '../devices/execution-provider.js';
import { ModelFileChangedError } from '../files/model-file-changed.error.js';
import type { StartModelWorker } from './model-worker.js';
import type { FailedExecutionProvider } from '../model/onnx-model-metadata.js';
import { openSession, openWorker, type CheckedModelOptions, type OpenWorker } from './open-worker.js';
import { RuntimeUnavailableError } from '../devices/runtime-unavailable.error.js';
import { checkModelSignature } from '../signature/model-signature.js';
import { WorkerStartError } from './worker-start.error.js';

/** The first execution provider that works, with a worker that runs it; or the reasons why none does. */
export type ProviderSearch =
  | {
      readonly executionProvider: ExecutionProviderConfig;
      readonly failed: readonly FailedExecutionProvider[];
      readonly first: OpenWorker;
    }
  | { readonly faults: readonly ConfigFault[] };

/** An execution provider that was tried, and what was thrown. */
interface FailedAttempt extends FailedExecutionProvider {
  /** The option by which it was asked for. */
  readonly field: string;
  readonly error: unknown;
}

/**
 * Tries the execution providers in their order, each by creating a session and running it in a worker of its own.
 * What the runtime lists as available says only what was compiled in, not what works on this machine.
 *
 * @throws RuntimeUnavailableError, ModelFileChangedError, or the signal's reason.
 */
export async function findExecutionProvider(
  modelName: string,
  start: StartModelWorker,
  options: CheckedModelOptions,
  signal: AbortSignal | undefined,
): Promise<ProviderSearch> {
  const failed: FailedAttempt[] = [];
  for (const [index, executionProvider] of options.executionProviders.entries()) {
    const { name } = executionProvider;
    if (options.requireGpu && name === 'cpu') continue;
    signal?.throwIfAborted();
    try {
      const onFirst = onDevice(executionProvider, options.devices?.[0]);
      const first = await openWorker(modelName, start, options, onFirst, signal);
      return 'faults' in first ? first : { executionProvider, failed: failed.map(withoutError), first };
    } catch (error) {
      signal?.throwIfAborted();
      if (isOfNoProvider(error)) throw error;
      failed.push({ field: `executionProviders[${index}]`, name, reason: describeThrown(error), error });
    }
  }
  return { faults: await explainFailure(modelName, start, options, failed) };
}

/** Opens the model on the CPU only to look for its faults; the reason why it cannot be opened is one, too. */
export async function inspectOnCpu(
  modelName: string,
  start: StartModelWorker,
  options: CheckedModelOptions,
): Promise<readonly ConfigFault[]> {
  try {
    const { worker, opened } = await openSession(modelName, start, options, { name: 'cpu' });
    await worker.stop();
    return checkModelSignature(opened, options).faults;
  } catch (error) {
    if (isOfNoProvider(error)) throw error;
    if (error instanceof WorkerStartError) return [describeLostWorker(error, 'path', 'cpu', options)];
    const problem = `ONNX Runtime cannot open "${options.path}" as an ONNX model: ${describeThrown(error)}`;
    return [{ field: 'path', problem }];
  }
}

/** If not even the CPU can open the model, the model is at fault. */
async function explainFailure(
  modelName: string,
  start: StartModelWorker,
  options: CheckedModelOptions,
  failed: readonly FailedAttempt[],
): Promise<readonly ConfigFault[]> {
  // A worker that was lost on the CPU would be so again, and take its time.
  const isLostOnCpu = failed.some(({ name, error }) => name === 'cpu' && error instanceof WorkerStartError);
  const modelFaults = isLostOnCpu ? [] : await inspectOnCpu(modelName, start, options);
  const isSaid = (reason: string): boolean => modelFaults.some(({ problem }) => problem.includes(reason));
  const providerFaults = failed.flatMap(({ field, name, reason, error }) => {
    if (error instanceof WorkerStartError) return [describeLostWorker(error, field, name, options)];
    return isSaid(reason) ? [] : [{ field, problem: `"${name}" does not work here: ${reason}` }];
  });
  return [...modelFaults, ...providerFaults];
}

/** @param field What it is told of, if it was not the time that was too short. */
function describeLostWorker(
  { reason, isOverdue }: WorkerStartError,
  field: string,
  executionProvider: string,
  { workers }: CheckedModelOptions,
): ConfigFault {
  const advice =
    isOverdue && workers.isolation === 'thread'
      ? '. A thread cannot be ended inside ONNX Runtime, so that this process can only end when that is through; with `isolation: "process"` it is killed'
      : '';
  const problem = `the worker that was to run the model on "${executionProvider}" did not become ready: ${reason}${advice}`;
  return { field: isOverdue ? 'startTimeoutMs' : field, problem };
}

function withoutError({ name, reason }: FailedAttempt): FailedExecutionProvider {
  return { name, reason };
}

/** Whether no execution provider could help it. */
function isOfNoProvider(error: unknown): boolean {
  return error instanceof RuntimeUnavailableError || error instanceof ModelFileChangedError;
}
