import { Logger } from '@nestjs/common';
import { InvalidConfigError, resolveConfig } from 'nestjs-batching/core';
import {
  failAfterOthers,
  WORKER_PROCESSOR_OPTION_NAMES,
  WorkerBatchProcessor,
  type WorkerBatchProcessorOptions,
} from 'nestjs-batching/worker';
import { assertMade, soundDefaults } from '../options/assert-options.js';
import { separateBatching, type BatchingModuleOptions } from '../options/batching-options.js';
import { collectFaults } from '../options/collect-faults.js';
import type { StartedProcessor } from '../module/register-started-processor.js';
import type { WorkerProcessorConfig } from './worker-processor-options.js';

/**
 * Starts the workers and checks how their requests are to be batched.
 *
 * @throws InvalidConfigError that lists the faults of both; no worker is left behind.
 */
export async function startWorkerProcessor(
  name: string,
  config: WorkerProcessorConfig,
  defaults?: BatchingModuleOptions,
): Promise<StartedProcessor<WorkerBatchProcessor>> {
  const subject = `processor "${name}"`;
  assertMade(subject, config);
  const { batching, others } = separateBatching(config, WORKER_PROCESSOR_OPTION_NAMES);
  const batchingCheck = await collectFaults(() => resolveConfig(subject, soundDefaults(defaults), batching));
  // With batching at fault, the module is still looked at: one start shall tell everything.
  const start = await collectFaults(() =>
    failAfterOthers(
      WorkerBatchProcessor.start(name, {
        logger: new Logger('WorkerProcessor'),
        // What nobody knows goes on, to be refused by name.
        ...(others as WorkerBatchProcessorOptions),
      }),
    ),
  );
  const faults = [...batchingCheck.faults, ...start.faults];
  if (faults.length === 0) return { processor: start.value, batching };

  await start.value?.close();
  throw new InvalidConfigError(subject, faults);
}
