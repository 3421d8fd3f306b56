import { buildLearned } from '../../../../test/core/cost-curve-builder.js';
import type { BatchingConfig } from '../config/batching-config.js';
import { DeadlineExceededError } from '../errors/index.js';
import { NO_OTHERS_AHEAD, type RequestsAhead } from '../queue/requests-ahead.js';
import { ORDINARY_TERMS, type RequestTerms } from '../requests/request-terms.js';
import { resolveConfig, withProcessorLimits } from '../config/resolve-config.js';
import { CompletionForecast } from './completion-forecast.js';
import { DeadlineAdmission, type PlaceInView } from './deadline-admission.js';
import { SlotForecast } from '../scheduling/slot-forecast.js';

interface Situation {
  readonly atMs?: number;
  /** What is served before; by default nobody waits. */
  readonly ahead?: RequestsAhead;
  readonly terms?: Partial<RequestTerms>;
  /** How many come together. */
  readonly count?: number;
  /** How many of the same call are of each of so many other buckets. */
  readonly others?: readonly number[];
  /** How many wait in all; those ahead if it is not said. */
  readonly waiting?: number;
  /** How many stand in its line, though it may go before some of them; none of them is in a hurry. */
  readonly inLine?: number;
  /** How many have been accepted until then. */
  readonly accepted?: number;
}

const NOBODY: RequestsAhead = { inBucket: 0, ...NO_OTHERS_AHEAD };
/** Two batches of another bucket, the first of them full. */
const EIGHT_OF_OTHER = { inOtherBuckets: 8, otherBuckets: 1, otherBatches: 2, otherBatchesMs: 48 };

/** One slot, four in a batch of 20 + n ms, one of which runs for 10 ms more; told is who is refused, and why. */
function admissionOf(config: BatchingConfig = {}, fixedMs = 20) {
  const live = withProcessorLimits(resolveConfig('test', { maxBatchSize: 4, ...config }), {});
  const learned = buildLearned(fixedMs, 1);
  let arrival = { timeMs: 1000 };
  const running = {
    batchSize: 4,
    bucketKey: undefined,
    get startedAtMs(): number {
      return arrival.timeMs + 10 - (fixedMs + 4);
    },
  };
  const batches = {
    size: 1,
    largestBatchSize: 4,
    get oldestStartedAtMs(): number {
      return running.startedAtMs;
    },
    *[Symbol.iterator]() {
      yield running;
    },
  };
  const queue = {
    size: 0,
    bucketCount: 1,
    ahead: NOBODY,
    inLine: 0,
    countAhead: () => queue.ahead,
    countBefore: () => queue.ahead.inBucket,
    forEachAhead: (_: unknown, visit: (place: PlaceInView) => void) => {
      for (let left = queue.inLine; left > 0; left -= 1) {
        visit({ latestDeadlineAtMs: Infinity } as PlaceInView);
      }
    },
    bucketOf: (): undefined | { size: number; urgentSinceMs: number } => undefined,
  };
  let placesTaken = 0;
  const slots = new SlotForecast(live, learned, batches);
  const outOfTurn = { batchesAhead: () => Infinity };
  const forecast = new CompletionForecast(live, learned, slots);
  const parts = {
    batcherName: 'letters',
    config: live,
    queue,
    forecast,
    learned,
    outOfTurn,
    placesTaken: () => placesTaken,
  };
  const admission = new DeadlineAdmission(parts);
  const tell = ({
    atMs = 1000,
    ahead = NOBODY,
    terms,
    count = 1,
    others = [],
    waiting,
    inLine = 0,
    accepted = 0,
  }: Situation) => {
    if (atMs !== arrival.timeMs) arrival = { timeMs: atMs };
    queue.ahead = ahead;
    queue.size = waiting ?? ahead.inBucket + ahead.inOtherBuckets;
    queue.inLine = inLine;
    placesTaken = accepted;
    try {
      const inOtherBuckets = new Map(others.map((requests, bucketKey) => [bucketKey, requests]));
      const newcomers = { inBucket: count, inOtherBuckets };
      admission.assertInTime({ ...ORDINARY_TERMS, ...terms }, newcomers, arrival);
      return undefined;
    } catch (error) {
      if (error instanceof DeadlineExceededError) return error;
      throw error;
    }
  };
  return Object.assign(tell, { admission, outOfTurn, queue });
}

describe('DeadlineAdmission', () => {
  it.each([
    // 10 + 24 · batches + 21 ms
    [0, 32],
    [1, 57],
  ])(
    'lets a bucket that goes out of turn wait for no more than %d batches of others',
    (batches, timeoutMs) => {
      const refusal = admissionOf();
      const ahead = { inBucket: 0, ...EIGHT_OF_OTHER };
      const ofRare = { ahead, terms: { timeoutMs, bucketKey: 'rare' } };
      refusal.outOfTurn.batchesAhead = () => batches;
      expect(refusal(ofRare)).toBeUndefined();
      refusal.outOfTurn.batchesAhead = () => batches + 1;
      expect(refusal(ofRare)).toBeDefined();
      refusal.outOfTurn.batchesAhead = () => Infinity;
      expect(refusal(ofRare)).toBeDefined();
    },
  );

  it('lets a call for several buckets wait for all that came before it', () => {
    const refusal = admissionOf();
    refusal.outOfTurn.batchesAhead = () => 0;
    const ahead = { inBucket: 0, ...EIGHT_OF_OTHER };
    expect(refusal({ ahead, terms: { timeoutMs: 60 }, others: [1] })).toBeDefined();
  });

  /** By itself it would be answered after 31 ms, in the full batch of a crowd after 34. */
  const ofCrowd = { atMs: 1000, terms: { timeoutMs: 32 } };

  it('refuses who would be late in the batch that is best where more come than can be answered', () => {
    const refusal = admissionOf();
    expect(refusal(ofCrowd)).toBeUndefined();
    expect(refusal({ ...ofCrowd, atMs: 1000.5, accepted: 100 })).toBeDefined();
  });

  it.each<[string, BatchingConfig, Partial<RequestTerms>]>([
    ['a tenant', {}, { tenant: 'acme' }],
    ['priorities', { priorityLevels: 2 }, {}],
  ])('does not take who has %s for one of a crowd', (_, config, terms) => {
    const refusal = admissionOf(config);
    const request = { ...ofCrowd, terms: { ...ofCrowd.terms, ...terms } };
    expect(refusal(request)).toBeUndefined();
    expect(refusal({ ...request, atMs: 1000.5, accepted: 100 })).toBeUndefined();
  });

  it('counts all in the crowd who were refused together', () => {
    const refusal = admissionOf();
    expect(refusal({ ...ofCrowd, count: 100 })).toBeDefined();
    expect(refusal({ ...ofCrowd, atMs: 1010 })).toBeDefined();
  });

  it('tells many who are refused together to come again when time is over by which they would be late', () => {
    const refusal = admissionOf();
    // 10 + 4 · 24 + 24 ms
    const error = refusal({ count: 20, terms: { timeoutMs: 60 } });
    expect(error?.retryAfterMs).toBeGreaterThanOrEqual(70);
    expect(error?.retryAfterMs).toBeLessThanOrEqual(71);
  });

  it('refuses many who come together, and would be late for that alone', () => {
    // 10 + 4 · 24 + 24 ms; one alone is answered within 24 + 3 · 24, however it goes.
    expect(admissionOf()({ count: 20, terms: { timeoutMs: 100 } })).toBeDefined();
    // Of seven buckets 10 + 7 · 21 ms; of one bucket seven are answered within 24 + 4 · 24.
    const ofSevenBuckets = { others: [1, 1, 1, 1, 1, 1], terms: { bucketKey: 'a', timeoutMs: 125 } };
    expect(admissionOf()(ofSevenBuckets)).toBeDefined();
  });

  it('tells who goes before many that wait when those ahead of it are served', () => {
    // 10 + 24 + 21 ms are too long; the batch that runs and the one ahead take 10 + 24.
    const error = admissionOf()({
      ahead: { ...NOBODY, inBucket: 4 },
      waiting: 400,
      terms: { timeoutMs: 50 },
    });
    expect(error?.retryAfterMs).toBe(34);
  });

  it('tells who is refused when the batches of all buckets that wait are served, its own included', () => {
    // 10 + 21 + 22 ms are too long; the batch that runs and the two that wait take 10 + 21 + 21.
    const ahead = { inBucket: 1, inOtherBuckets: 1, otherBuckets: 1, otherBatches: 1, otherBatchesMs: 21 };
    const error = admissionOf()({ ahead, terms: { timeoutMs: 45 } });
    expect(error?.retryAfterMs).toBeGreaterThanOrEqual(52);
    expect(error?.retryAfterMs).toBeLessThanOrEqual(53);
  });

  it('looks at no more of its line than go before it, since its tenant may have its turn', () => {
    const beside = { waiting: 8, inLine: 8, terms: { timeoutMs: 30 } };
    const [goesFirst, goesLast] = [1, 8].map((inBucket) =>
      admissionOf({ maxConcurrentBatches: 2 })({ ...beside, ahead: { ...NOBODY, inBucket } }),
    );
    expect(goesFirst).toBeUndefined();
    expect(goesLast).toBeDefined();
  });

  it('does not let in all who come at the same time because the first of them had time', () => {
    const refusal = admissionOf({}, 1000);
    const terms = { timeoutMs: 6000 };
    expect(refusal({ terms })).toBeUndefined();
    expect(refusal({ terms, ahead: { ...NOBODY, inBucket: 30 } })).toBeDefined();
  });

  it('reckons with a batch for each bucket that those of one call are of', () => {
    const refusal = admissionOf();
    // 10 + 2 · 21 + 21 ms, and a little, by which what has been learned is off: a message rounds up.
    const call = { others: [1, 1], terms: { bucketKey: 'a' } };
    expect(refusal({ ...call, terms: { ...call.terms, timeoutMs: 74 } })).toBeUndefined();
    const error = refusal({ ...call, terms: { ...call.terms, timeoutMs: 72 } });
    expect(error?.message).toContain('is expected to take 74 ms, and timeoutMs allows 72');
  });

  describe('of a lower priority', () => {
    const PRIORITIES: BatchingConfig = { priorityLevels: 2, priorityAgingMs: 1000 };
    /** In its turn it would be answered after 10 + 24 + 21 ms, so that it waits for 34. */
    const ofLower = { ahead: { ...NOBODY, inBucket: 4 }, terms: { priority: 1, timeoutMs: 56 } };
    /** What it is told when so many of the highest have come each second, of 166 that can be served. */
    const told = (perSecond: number, config: BatchingConfig = PRIORITIES) => {
      const refusal = admissionOf(config);
      refusal({ ...ofLower, atMs: 1000 });
      return refusal({ ...ofLower, atMs: 2000, accepted: perSecond });
    };

    it('is refused at once if those of higher ones who come meanwhile will make it late', () => {
      expect(told(0)).toBeUndefined();
      // In 34 ms four come, with whom those ahead fill a batch more: 34 + 24 + 21 ms, and a little.
      expect(told(120)?.message).toContain('is expected to take 80 ms, and timeoutMs allows 56');
    });

    it('is refused for them, too, if it would surely be in time without them', () => {
      const refusal = admissionOf(PRIORITIES);
      // However those ahead ride, it would have its answer within 24 + 4 · 24 ms.
      const patient = { ...ofLower, terms: { priority: 1, timeoutMs: 125 } };
      expect(refusal({ ...patient, atMs: 1000 })).toBeUndefined();
      expect(refusal({ ...patient, atMs: 2000, accepted: 330 })).toBeDefined();
    });

    it('is let in if they leave it time, each of them counted once', () => {
      const refusal = admissionOf(PRIORITIES);
      // As above: 34 + 24 ms, in which six come, and 23 for its own batch.
      const patient = { ...ofLower, terms: { priority: 1, timeoutMs: 90 } };
      expect(refusal({ ...patient, atMs: 1000 })).toBeUndefined();
      expect(refusal({ ...patient, atMs: 2000, accepted: 120 })).toBeUndefined();
    });

    it('does not expect more of them than have a head start over it', () => {
      const hasHeadStart = told(330, { ...PRIORITIES, priorityAgingMs: 10 });
      expect(hasHeadStart?.message).toContain('is expected to take 59 ms, and timeoutMs allows 56');
      expect(told(330, { ...PRIORITIES, priorityAgingMs: 0 })).toBeUndefined();
    });

    /** In its turn it would be answered after 10 + 21 + 21 ms. */
    const besideHigher = {
      ahead: { inBucket: 0, inOtherBuckets: 1, otherBuckets: 1, otherBatches: 1, otherBatchesMs: 21 },
      terms: { priority: 1, timeoutMs: 500, bucketKey: 'low' },
    };

    const IN_BUCKETS: BatchingConfig = { ...PRIORITIES, bucketOf: () => undefined };

    it('is kept from its turn by those of higher ones in other buckets as long as they have a head start', () => {
      const refusal = admissionOf(IN_BUCKETS);
      expect(refusal({ ...besideHigher, atMs: 1000 })).toBeUndefined();
      const refused = refusal({ ...besideHigher, atMs: 2000, accepted: 200 });
      expect(refused?.message).toContain('is expected to take 1021 ms, and timeoutMs allows 500');
    });

    it('is not kept from it for longer than others of its bucket, who came before', () => {
      const refusal = admissionOf(IN_BUCKETS);
      refusal.queue.bucketOf = () => ({ size: 1, urgentSinceMs: 2400 });
      refusal({ ...besideHigher, atMs: 1000 });
      expect(refusal({ ...besideHigher, atMs: 2000, accepted: 150 })).toBeUndefined();
      refusal.queue.bucketOf = () => undefined;
      expect(refusal({ ...besideHigher, atMs: 2000, accepted: 150 })).toBeDefined();
    });

    it('goes where so few come that nobody of others is there', () => {
      const refusal = admissionOf(IN_BUCKETS);
      refusal({ ...besideHigher, atMs: 1000 });
      expect(refusal({ ...besideHigher, atMs: 2000, accepted: 100 })).toBeUndefined();
    });

    it('takes for higher only what is not of its own priority or a lower one', () => {
      const refusal = admissionOf(PRIORITIES);
      refusal({ ...ofLower, atMs: 1000 });
      for (let count = 0; count < 83; count += 1) refusal.admission.priorityArrivals.notePlaceTaken(1);
      expect(refusal({ ...ofLower, atMs: 2000, accepted: 83 })).toBeUndefined();
    });
  });
});
