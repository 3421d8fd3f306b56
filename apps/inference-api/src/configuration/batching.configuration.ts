import type { BatchingConfig, TimeoutStrategy } from 'nestjs-batching';
import { unlessBlank } from './unless-blank.js';

/**
 * The batching configuration from the environment; what is not set there, or blank, has the batcher's own default.
 * What makes no sense is passed on as it is, so that the batcher refuses it by name.
 */
export function batchingConfiguration(environment: NodeJS.ProcessEnv): BatchingConfig {
  return {
    maxBatchSize: toNumber(environment['MAX_BATCH_SIZE']),
    maxWaitTimeMs: toNumber(environment['MAX_WAIT_TIME_MS']),
    maxQueueSize: toNumber(environment['MAX_QUEUE_SIZE']),
    timeoutStrategy: unlessBlank(environment['TIMEOUT_STRATEGY']) as TimeoutStrategy | undefined,
  };
}

function toNumber(text: string | undefined): number | undefined {
  const given = unlessBlank(text);
  return given === undefined ? undefined : Number(given);
}
