import { Logger } from '@nestjs/common';
import { InvalidConfigError, resolveConfig, type BatchingConfig } from 'nestjs-batching/core';
import {
  failAfterOthers,
  WorkerBatchProcessor,
  type WorkerBatchProcessorOptions,
} from 'nestjs-batching/worker';
import { assertMade, soundDefaults } from './assert-options.js';
import { separateBatching, type BatchingModuleOptions } from './batching-options.js';
import { collectFaults } from './collect-faults.js';
import type { WorkerProcessorConfig } from './worker-processor-options.js';

/** A processor whose workers are ready, and how its requests are to be batched. */
export interface StartedProcessor {
  /** Undefined where a test has put another one in its place. */
  readonly processor: WorkerBatchProcessor | undefined;
  readonly batching: BatchingConfig;
}

/**
 * Starts the workers and checks how their requests are to be batched.
 *
 * @throws InvalidConfigError that lists the faults of both; no worker is left behind.
 */
export async function startWorkerProcessor(
  name: string,
  config: WorkerProcessorConfig,
  defaults?: BatchingModuleOptions,
): Promise<StartedProcessor> {
  const subject = `processor "${name}"`;
  assertMade(subject, config);
  const { batching, others } = separateBatching(config);
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

/** How the requests of a processor are to be batched which a test replaces: no module is needed. */
export function withoutWorkers(config: WorkerProcessorConfig): StartedProcessor {
  return { processor: undefined, batching: separateBatching(config).batching };
}
