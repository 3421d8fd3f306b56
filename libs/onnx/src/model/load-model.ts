import { assertObject, describeThrown, InvalidConfigError, type ConfigFault } from 'nestjs-batching/core';
import { WorkerPool } from 'nestjs-batching/worker';

import { checkModelFile } from '../files/check-model-file.js';
import { hasDevices, onDevice } from '../devices/device.js';
import type { ExecutionProviderConfig } from '../devices/execution-provider.js';
import {
  findExecutionProvider,
  inspectOnCpu,
  type ProviderSearch,
} from '../opening/find-execution-provider.js';
import { ModelFileChangedError } from '../files/model-file-changed.error.js';
import { ModelFile } from '../files/model-file.js';
import type { ModelCalls } from '../model-protocol.js';
import type { ModelWorker, StartModelWorker } from '../opening/model-worker.js';
import type { OnnxModelMetadata } from './onnx-model-metadata.js';
import type { OnnxModelOptions } from './onnx-model-options.js';
import { checkWorker, openWorker, type CheckedModelOptions } from '../opening/open-worker.js';
import { resolveModelOptions } from './resolve-model-options.js';
import { RuntimeUnavailableError } from '../devices/runtime-unavailable.error.js';
import { withSessionThreads } from '../devices/session-threads.js';
import { compareSignatures } from '../signature/compare-signatures.js';

/** While a worker runs one batch, the tensor of the next one is made and sent. */
export const CALLS_IN_ADVANCE = 1;

/** Workers that are ready to run the model, and what is known of it. */
export interface LoadedModel {
  readonly pool: WorkerPool<ModelCalls>;
  readonly metadata: OnnxModelMetadata;
  readonly options: CheckedModelOptions;
}

/**
 * Checks the options, opens the model on the first execution provider that works, warms it up, and does the same in
 * all workers.
 *
 * @throws InvalidConfigError that lists every fault of the options, the file and the model together; the
 *   signal's reason. All workers have ended by then.
 */
export async function loadModel(
  name: string,
  received: OnnxModelOptions,
  start: StartModelWorker,
  signal: AbortSignal | undefined,
): Promise<LoadedModel> {
  signal?.throwIfAborted();
  const subject = `model "${name}"`;
  assertObject(subject, received, "an object with the model's path");
  const { faults: optionFaults, options } = resolveModelOptions(received);
  const fileFault = options.path === undefined ? undefined : await checkModelFile(options.path);
  const faults: ConfigFault[] = fileFault === undefined ? [...optionFaults] : [...optionFaults, fileFault];
  if (options.path === undefined || fileFault !== undefined) throw new InvalidConfigError(subject, faults);

  try {
    const checked = {
      ...options,
      path: options.path,
      file: await ModelFile.read(options.path),
      session: withSessionThreads(options.session, options.workers.instances),
    };
    if (faults.length > 0) {
      // Nothing will run, but whoever mends the options shall hear of the model's own faults right away.
      faults.push(...(await inspectOnCpu(name, start, checked)));
      throw new InvalidConfigError(subject, faults);
    }
    const found = await findExecutionProvider(name, start, checked, signal);
    if ('faults' in found) throw new InvalidConfigError(subject, found.faults);
    return await startPool(name, start, checked, found, signal);
  } catch (error) {
    if (error instanceof ModelFileChangedError) {
      const problem = `"${error.path}" ${error.change} while it was being loaded; try again when it is there as a whole`;
      throw new InvalidConfigError(subject, [...faults, { field: 'path', problem }]);
    }
    if (!(error instanceof RuntimeUnavailableError)) throw error;
    throw new InvalidConfigError(subject, [
      ...faults,
      { field: 'onnxruntime-node', problem: describeThrown(error) },
    ]);
  }
}

/**
 * The first worker is there; the others follow, and whichever takes the place of one of them later. All of them open
 * the same file, or do not start: another version takes over by a reload only.
 */
async function startPool(
  name: string,
  start: StartModelWorker,
  options: CheckedModelOptions,
  { executionProvider, failed, first }: Exclude<ProviderSearch, { faults: unknown }>,
  signal: AbortSignal | undefined,
): Promise<LoadedModel> {
  const { workers, logger } = options;
  const devices = hasDevices(executionProvider) ? (options.devices ?? [deviceOf(executionProvider)]) : [];
  const metadata: OnnxModelMetadata = Object.freeze({
    name,
    path: options.path,
    ...first.signature,
    executionProvider: executionProvider.name,
    failedExecutionProviders: failed,
    devices,
    instances: workers.instances,
    isolation: workers.isolation,
    intraOpNumThreads: options.session.intraOpNumThreads ?? 0,
    loadMs: first.opened.openMs,
    warmUps: first.warmUps,
    runtimeVersion: first.opened.runtimeVersion,
  });
  for (const { name: absent, reason } of failed) {
    logger.warn(
      `Model "${name}": the execution provider "${absent}" does not work here, so the model runs on ` +
        `"${executionProvider.name}" instead: ${reason}`,
    );
  }

  let unused: ModelWorker | undefined = first.worker;
  const pool = new WorkerPool<ModelCalls>({
    ...workers,
    subject: `model "${name}"`,
    workers: workers.instances * Math.max(1, devices.length),
    callsInAdvance: CALLS_IN_ADVANCE,
    logger,
    check: (worker) => checkWorker(name, worker, first.signature, options),
    start: async (place, context) => {
      if (place === 0 && unused !== undefined) {
        const worker = unused;
        unused = undefined;
        return worker;
      }
      const provider = onDevice(executionProvider, devices[place % Math.max(1, devices.length)]);
      const startTracked: StartModelWorker = (...worker) => {
        const host = start(...worker);
        context.onSpawned(host);
        return host;
      };
      const opened = await openWorker(name, startTracked, options, provider, context.signal);
      if ('faults' in opened) throw new InvalidConfigError(`model "${name}"`, opened.faults);
      // The file is the same, but a library that was updated meanwhile may read it otherwise.
      const faults = compareSignatures(metadata, opened.signature);
      if (faults.length === 0) return opened.worker;
      await opened.worker.stop();
      throw new InvalidConfigError(`model "${name}"`, faults);
    },
  });
  await startAll(pool, `model "${name}"`, signal);
  logger.log(describeLoaded(metadata, pool.live));
  return { pool, metadata, options };
}

/** The signal counts for the load, not for the workers that take the place of others later. */
async function startAll(
  pool: WorkerPool<ModelCalls>,
  subject: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const giveUp = (): void => void pool.close();
  signal?.addEventListener('abort', giveUp, { once: true });
  if (signal?.aborted === true) giveUp();
  try {
    await pool.start();
    signal?.throwIfAborted();
  } catch (error) {
    await pool.close();
    signal?.throwIfAborted();
    if (error instanceof InvalidConfigError || error instanceof RuntimeUnavailableError) throw error;
    if (error instanceof ModelFileChangedError) throw error;
    // The first worker is ready, so the model is in order; there are too many of it.
    throw new InvalidConfigError(subject, [
      { field: 'instances', problem: `not all workers could be started: ${describeThrown(error)}` },
    ]);
  } finally {
    signal?.removeEventListener('abort', giveUp);
  }
}

function deviceOf(executionProvider: ExecutionProviderConfig): number {
  return ('deviceId' in executionProvider ? executionProvider.deviceId : undefined) ?? 0;
}

function describeLoaded(
  { name, executionProvider, devices, isolation, loadMs, warmUps }: OnnxModelMetadata,
  workers: number,
): string {
  const where = devices.length === 0 ? '' : ` (device ${devices.join(', ')})`;
  const runs = warmUps.map(({ batchSize, runMs }) => `${batchSize} in ${runMs.toFixed(1)} ms`).join(', ');
  const many =
    workers === 1 ? `one ${isolation}` : `${workers} ${isolation === 'thread' ? 'threads' : 'processes'}`;
  return `Model "${name}" runs on ${executionProvider}${where} in ${many}: loaded in ${loadMs.toFixed(0)} ms; warm-up by batches of ${runs}.`;
}
