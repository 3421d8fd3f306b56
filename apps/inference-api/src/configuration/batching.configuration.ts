import type { BatchingConfig, TimeoutStrategy } from 'nestjs-batching';

/**
 * The batching configuration from the environment; what is not set there has the batcher's own default. What
 * makes no sense is passed on as it is, so that the batcher refuses it by name.
 */
export function batchingConfiguration(environment: NodeJS.ProcessEnv): BatchingConfig {
  return {
    maxBatchSize: toNumber(environment['MAX_BATCH_SIZE']),
    maxWaitTimeMs: toNumber(environment['MAX_WAIT_TIME_MS']),
    maxQueueSize: toNumber(environment['MAX_QUEUE_SIZE']),
    timeoutStrategy: environment['TIMEOUT_STRATEGY'] as TimeoutStrategy | undefined,
  };
}

function toNumber(text: string | undefined): number | undefined {
  return text === undefined || text.trim() === '' ? undefined : Number(text);
}
