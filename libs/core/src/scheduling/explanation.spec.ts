import type { BatchingConfig } from '../config/batching-config.js';
import type { QueueStatistics } from '../statistics/queue-statistics.js';
import { resolveConfig } from '../config/resolve-config.js';
import { StatisticsRecorder } from '../statistics/statistics-recorder.js';
import { explainBatching, type BatchingCause } from './explanation.js';

const DURATION = { ...new StatisticsRecorder().summarize().queueTimeMs, count: 100 };

/** What is worth saying of a batcher: 100 batches of `meanSize`, by default for no other reason than that. */
interface Traffic {
  readonly meanSize?: number;
  readonly queueMs?: number;
  readonly processingMs?: number;
  /** What each request adds to `processingMs`. */
  readonly perRequestMs?: number;
  readonly reasons?: QueueStatistics['batches']['dispatchReasons'];
  readonly requests?: Partial<QueueStatistics['requests']>;
  readonly refused?: Readonly<Record<string, number>>;
  readonly refusedForTenant?: number;
  readonly buckets?: number;
  readonly requestsPerSecond?: number;
}

/** Half-full batches: not worth a word. */
function statisticsOf({
  meanSize = 20,
  queueMs = 4,
  processingMs = 10,
  perRequestMs = 0,
  reasons = { adaptive: 100 },
  requests = {},
  refused = {},
  refusedForTenant = 0,
  buckets = 1,
  requestsPerSecond = 5000,
}: Traffic): QueueStatistics {
  const recorder = new StatisticsRecorder();
  const nothing = recorder.summarize();
  return {
    ...nothing,
    progress: recorder.progress.summarize(0),
    currentQueueSize: 0,
    maxQueueSize: 1024,
    isQueueFull: false,
    isQueueEmpty: true,
    oldestWaitMs: 0,
    maxConcurrentBatches: 1,
    buckets,
    requests: { ...nothing.requests, accepted: 100 * meanSize, ...requests },
    refused,
    refusedForTenant,
    batches: { ...nothing.batches, dispatched: 100, meanSize, dispatchReasons: reasons },
    learned: { fixedTimeMs: processingMs, timePerRequestMs: perRequestMs, requestsPerSecond },
    queueTimeMs: { ...DURATION, mean: queueMs, p50: queueMs },
    processingTimeMs: { ...DURATION, mean: processingMs, p50: processingMs },
  };
}

function findingsOf(traffic: Traffic, config: BatchingConfig = {}): [BatchingCause, string][] {
  const { findings } = explainBatching(statisticsOf(traffic), resolveConfig('test', config));
  return findings.map(({ cause, message }) => [cause, message]);
}

const causesOf = (traffic: Traffic, config?: BatchingConfig): BatchingCause[] =>
  findingsOf(traffic, config).map(([cause]) => cause);

/** What is said about one cause. */
const messageOf = (cause: BatchingCause, traffic: Traffic, config?: BatchingConfig): string | undefined =>
  findingsOf(traffic, config).find(([found]) => found === cause)?.[1];

describe('explainBatching', () => {
  it('has nothing to explain before a batch has run', () => {
    const statistics = statisticsOf({});
    const none = { ...statistics, batches: { ...statistics.batches, dispatched: 0 } };
    expect(explainBatching(none, resolveConfig('test', {}))).toEqual({
      summary: 'No batch has run yet, so there is nothing to explain.',
      findings: [{ cause: 'no-traffic', message: 'No batch has run yet, so there is nothing to explain.' }],
    });
  });

  it('says in a sentence what batches are like', () => {
    const statistics = statisticsOf({ meanSize: 2.5, queueMs: 1.25, processingMs: 30 });
    expect(explainBatching(statistics, resolveConfig('test', {})).summary).toBe(
      '100 batches of 2.5 requests on average, of 32 at most. A request waited 1.3 ms for its batch, which took 30.0 ms.',
    );
  });

  it('finds nothing to say of batches that are large and in time', () => {
    expect(causesOf({})).toEqual([]);
  });
});

describe('explainBatching: overload', () => {
  it('sees that requests wait much longer than a batch takes', () => {
    const message = messageOf('overload', { queueMs: 60, processingMs: 10 });
    expect(message).toContain('half of the requests waited over 60.0 ms');
    expect(message).not.toContain('turned away');
    expect(causesOf({ queueMs: 20, processingMs: 10 })).not.toContain('overload');
  });

  it('sees that requests are turned away for want of a place, the displaced ones included', () => {
    const traffic: Traffic = { requests: { accepted: 800, displaced: 50 }, refused: { QUEUE_FULL: 100 } };
    expect(messageOf('overload', traffic)).toContain('150 requests were turned away');
    // Of 1060 in all.
    expect(causesOf({ requests: { accepted: 960 }, refused: { QUEUE_FULL: 100 } })).toEqual([]);
  });

  it('does not take it for overload that a tenant may park no more', () => {
    const traffic: Traffic = { refused: { QUEUE_FULL: 700 }, refusedForTenant: 700 };
    expect(causesOf(traffic, { maxQueueSizePerTenant: 5 })).toEqual(['tenant-limit']);
    expect(messageOf('tenant-limit', traffic, { maxQueueSizePerTenant: 5 })).toContain(
      'maxQueueSizePerTenant (5)',
    );
    expect(causesOf({ ...traffic, refusedForTenant: 200 })).toEqual(['overload']);
    const ofAll: Traffic = {
      requests: { accepted: 960 },
      refused: { QUEUE_FULL: 100 },
      refusedForTenant: 100,
    };
    expect(causesOf(ofAll, { maxQueueSizePerTenant: 5 })).toEqual([]);
  });

  it('does not say that too few come where many are turned away', () => {
    const traffic: Traffic = { meanSize: 2, requestsPerSecond: 100, requests: { accepted: 200 } };
    expect(causesOf(traffic)).toEqual(['arrivals-too-few']);
    expect(causesOf({ ...traffic, refused: { QUEUE_FULL: 1000 } })).toEqual(['overload']);
    expect(causesOf({ ...traffic, refused: { DEADLINE_EXCEEDED: 1000 } })).toEqual(['deadlines']);
    const ofTenants: Traffic = { ...traffic, refused: { QUEUE_FULL: 1000 }, refusedForTenant: 1000 };
    expect(causesOf(ofTenants, { maxQueueSizePerTenant: 5 })).toEqual(['tenant-limit']);
  });

  it('does not take waiting for company for overload', () => {
    const traffic: Traffic = { queueMs: 40, processingMs: 2, meanSize: 5, reasons: { waited: 100 } };
    const config: BatchingConfig = { maxWaitTimeMs: 20, timeoutStrategy: 'wait-for-full' };
    expect(causesOf(traffic, config)).not.toContain('overload');
    expect(causesOf({ ...traffic, queueMs: 45 }, config)).toContain('overload');
  });
});

describe('explainBatching: full batches', () => {
  it('says how many batches were full', () => {
    expect(messageOf('batches-full', { reasons: { full: 70, adaptive: 30 } })).toContain(
      '70 % of the batches were full',
    );
    expect(causesOf({ reasons: { full: 40, adaptive: 60 } })).not.toContain('batches-full');
  });

  it('puts small full batches down to the limit on cost', () => {
    const config: BatchingConfig = { maxBatchCost: 512, costOf: () => 1 };
    const message = messageOf('cost-limit', { meanSize: 3.2, reasons: { full: 30, adaptive: 70 } }, config);
    expect(message).toContain(
      '30 % of the batches reached maxBatchCost (512) with only 3.2 requests on average',
    );
    expect(causesOf({ meanSize: 20, reasons: { full: 30 } }, config)).not.toContain('cost-limit');
    expect(causesOf({ meanSize: 3, reasons: { full: 5, adaptive: 95 } }, config)).not.toContain('cost-limit');
    expect(causesOf({ meanSize: 3, reasons: { full: 30 } })).not.toContain('cost-limit');
  });

  it('puts batches that are small for what they cost down to nothing else', () => {
    const config: BatchingConfig = { maxBatchCost: 512, costOf: () => 1 };
    const traffic: Traffic = { meanSize: 3, requestsPerSecond: 300, reasons: { full: 60, adaptive: 40 } };
    expect(causesOf(traffic, config)).toEqual(['cost-limit']);
    expect(causesOf({ ...traffic, reasons: { full: 30, adaptive: 70 } }, config)).toEqual([
      'cost-limit',
      'arrivals-too-few',
    ]);
  });
});

describe('explainBatching: deadlines', () => {
  it('says how many batches went early for one', () => {
    expect(messageOf('deadlines', { reasons: { deadline: 25, adaptive: 75 } })).toContain(
      '25 % of the batches went early for one, and 0 % of the requests',
    );
    expect(causesOf({ reasons: { deadline: 5, adaptive: 95 } })).not.toContain('deadlines');
  });

  it('says how many requests ran out of time or were refused for it, of all that came', () => {
    const traffic: Traffic = {
      requests: { accepted: 100, expired: 10 },
      refused: { DEADLINE_EXCEEDED: 900 },
    };
    expect(messageOf('deadlines', traffic)).toContain('91 % of the requests ran out of time or were refused');
  });
});

describe('explainBatching: small batches', () => {
  const SMALL: Traffic = { meanSize: 4, requestsPerSecond: 5000 };

  it('names the buckets that the requests are spread over', () => {
    expect(messageOf('too-many-buckets', { ...SMALL, buckets: 12 })).toContain('spread over 12 buckets');
    expect(causesOf({ ...SMALL, buckets: 1 })).not.toContain('too-many-buckets');
    expect(causesOf({ meanSize: 30, buckets: 12 })).not.toContain('too-many-buckets');
  });

  it('names the slots that are idle', () => {
    // 400 requests a second in batches of 4 that take 10 ms keep one slot busy.
    const traffic: Traffic = { meanSize: 4, requestsPerSecond: 400, processingMs: 10 };
    expect(messageOf('slots-idle', traffic, { maxConcurrentBatches: 4 })).toContain(
      'About 1.0 of 4 slots are busy',
    );
    expect(causesOf({ ...traffic, requestsPerSecond: 1200 }, { maxConcurrentBatches: 4 })).not.toContain(
      'slots-idle',
    );
    expect(causesOf(traffic)).not.toContain('slots-idle');
    expect(causesOf({ ...traffic, meanSize: 20 }, { maxConcurrentBatches: 4 })).toEqual([]);
    // For 10 + 4 · 1.25 ms each.
    expect(
      messageOf('slots-idle', { ...traffic, perRequestMs: 1.25 }, { maxConcurrentBatches: 4 }),
    ).toContain('About 1.5 of 4 slots are busy');
  });

  it('says how few requests come while a batch runs', () => {
    const traffic: Traffic = { meanSize: 2, requestsPerSecond: 300, processingMs: 10 };
    expect(messageOf('arrivals-too-few', traffic)).toContain(
      '300.0 requests come a second: about 3.0 while one batch runs',
    );
    expect(causesOf({ ...traffic, requestsPerSecond: 3000 })).not.toContain('arrivals-too-few');
    expect(causesOf({ ...traffic, meanSize: 20 })).toEqual([]);
  });

  it.each<[BatchingCause, string, Traffic, Traffic]>([
    ['too-many-buckets', 'batches hold 16 of 32', { meanSize: 15, buckets: 3 }, { meanSize: 17, buckets: 3 }],
    ['slots-idle', 'two of four slots are busy', { requestsPerSecond: 760 }, { requestsPerSecond: 840 }],
    ['arrivals-too-few', '16 come in 10 ms', { requestsPerSecond: 1500 }, { requestsPerSecond: 1700 }],
  ])('finds %s below half, where %s', (cause, _, below, above) => {
    const config: BatchingConfig = { maxConcurrentBatches: 4 };
    expect(causesOf({ ...SMALL, ...below }, config)).toContain(cause);
    expect(causesOf({ ...SMALL, ...above }, config)).not.toContain(cause);
  });

  it('says how few requests come in the time that a batch waits', () => {
    const traffic: Traffic = { meanSize: 4, requestsPerSecond: 800, reasons: { waited: 90, full: 10 } };
    expect(messageOf('wait-too-short', traffic)).toContain(
      '90 % of the batches went when maxWaitTimeMs (5) was over, in which about 4.0 requests come',
    );
    expect(causesOf({ ...traffic, reasons: { waited: 40, adaptive: 60 } })).not.toContain('wait-too-short');
    expect(causesOf({ ...traffic, meanSize: 30 })).not.toContain('wait-too-short');
  });

  it('takes a batch for small by the largest size that is allowed', () => {
    const traffic: Traffic = { meanSize: 4, buckets: 3 };
    expect(causesOf(traffic, { allowedBatchSizes: [1, 8] })).not.toContain('too-many-buckets');
    expect(causesOf(traffic, { allowedBatchSizes: [1, 16] })).toContain('too-many-buckets');
  });
});
