import { batchingConfiguration } from './batching.configuration.js';

describe('batchingConfiguration', () => {
  it('takes what is set', () => {
    expect(
      batchingConfiguration({
        MAX_BATCH_SIZE: '8',
        MAX_WAIT_TIME_MS: '2.5',
        MAX_QUEUE_SIZE: '64',
        TIMEOUT_STRATEGY: 'wait-for-full',
      }),
    ).toEqual({ maxBatchSize: 8, maxWaitTimeMs: 2.5, maxQueueSize: 64, timeoutStrategy: 'wait-for-full' });
  });

  it('leaves out what is not set, and what is blank', () => {
    const nothing = {
      maxBatchSize: undefined,
      maxWaitTimeMs: undefined,
      maxQueueSize: undefined,
      timeoutStrategy: undefined,
    };
    const blank = { MAX_BATCH_SIZE: '', MAX_WAIT_TIME_MS: ' ', MAX_QUEUE_SIZE: '', TIMEOUT_STRATEGY: '' };

    expect(batchingConfiguration({})).toStrictEqual(nothing);
    expect(batchingConfiguration(blank)).toStrictEqual(nothing);
  });
});
