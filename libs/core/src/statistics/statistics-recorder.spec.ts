import type { DispatchReason } from '../processor/batch-info.js';
import { StatisticsRecorder, type CountedBatch } from './statistics-recorder.js';

/** A batch of requests that came at 1000, dispatched at 1010, whose callers all wait. */
function batchOf(
  size: number,
  dispatchReason: DispatchReason = 'full',
): { -readonly [Field in keyof CountedBatch]: CountedBatch[Field] } {
  return {
    batchSize: size,
    waitingCallers: size,
    dispatchReason,
    processingTimeMs: 0,
    endedAtMs: 1010,
    recordQueueTimes: (histogram) => histogram.record(10, size),
  };
}

describe('StatisticsRecorder', () => {
  it('starts with nothing', () => {
    const summary = new StatisticsRecorder().summarize();
    expect(summary).toMatchObject({
      requestsInFlight: 0,
      batchesInFlight: 0,
      requests: { accepted: 0, succeeded: 0, failed: 0, expired: 0, aborted: 0, displaced: 0, closed: 0 },
    });
    expect(summary.refused).toEqual({});
    expect(summary.batches).toEqual({
      dispatched: 0,
      completed: 0,
      failed: 0,
      meanSize: 0,
      sizes: {},
      dispatchReasons: {},
    });
  });

  it('counts accepted and settled requests by what became of them', () => {
    const recorder = new StatisticsRecorder();
    for (let count = 0; count < 7; count += 1) recorder.requestAccepted();
    recorder.requestsAnswered(2, 0);
    recorder.requestLeft('expired');
    recorder.requestLeft('aborted');
    recorder.requestLeft('displaced');
    recorder.requestLeft('closed');

    expect(recorder.summarize().requests).toEqual({
      accepted: 7,
      succeeded: 2,
      failed: 0,
      expired: 1,
      aborted: 1,
      displaced: 1,
      closed: 1,
    });
  });

  it('counts refused calls by the code of their error, and those for a tenant’s bound', () => {
    const recorder = new StatisticsRecorder();
    for (const code of ['QUEUE_FULL', 'ABORTED', 'QUEUE_FULL']) recorder.requestRefused(code, false);
    recorder.requestRefused('QUEUE_FULL', true);
    expect(recorder.summarize()).toMatchObject({
      refused: { QUEUE_FULL: 3, ABORTED: 1 },
      refusedForTenant: 1,
    });
  });

  it('counts batches by size and reason, and how long their requests had waited', () => {
    const recorder = new StatisticsRecorder();
    for (const batch of [batchOf(3), batchOf(1, 'waited'), batchOf(3)]) {
      recorder.batchDispatched(batch);
      recorder.batchBegan(batch);
    }

    const { batches, batchesInFlight, requestsInFlight, queueTimeMs } = recorder.summarize();
    expect(batches).toMatchObject({
      dispatched: 3,
      sizes: { 1: 1, 3: 2 },
      dispatchReasons: { full: 2, waited: 1 },
    });
    expect(batches.meanSize).toBeCloseTo(7 / 3);
    expect([batchesInFlight, requestsInFlight]).toEqual([3, 7]);
    expect(queueTimeMs).toMatchObject({ count: 7, mean: 10, max: 10 });
  });

  it('counts batches that have ended by whether they failed, and how long they took', () => {
    const recorder = new StatisticsRecorder();
    const [completed, failed] = [batchOf(2), batchOf(4)];
    for (const batch of [completed, failed]) recorder.batchDispatched(batch);
    completed.processingTimeMs = 20;
    recorder.batchEnded(completed, false);
    expect(recorder.summarize()).toMatchObject({ batchesInFlight: 1, requestsInFlight: 4 });

    failed.processingTimeMs = 40;
    recorder.batchEnded(failed, true);
    expect(recorder.summarize()).toMatchObject({
      batchesInFlight: 0,
      requestsInFlight: 0,
      batches: { dispatched: 2, completed: 1, failed: 1 },
      processingTimeMs: { count: 2, mean: 30, max: 40 },
    });
  });

  it('counts as in flight only requests whose callers still wait', () => {
    const recorder = new StatisticsRecorder();
    const batch = batchOf(3);
    recorder.batchDispatched(batch);
    recorder.callerLeftBatch();
    batch.waitingCallers -= 1;
    expect(recorder.summarize().requestsInFlight).toBe(2);

    recorder.callerJoinedBatch();
    batch.waitingCallers += 1;
    expect(recorder.summarize().requestsInFlight).toBe(3);

    recorder.batchEnded(batch, false);
    expect(recorder.summarize().requestsInFlight).toBe(0);
  });

  it('hands out a snapshot', () => {
    const recorder = new StatisticsRecorder();
    const before = recorder.summarize();
    recorder.requestAccepted();
    recorder.requestRefused('ABORTED', false);
    recorder.batchDispatched(batchOf(1));

    const { requests, refused, batches } = before;
    expect([requests.accepted, refused, batches.sizes, batches.dispatchReasons]).toEqual([0, {}, {}, {}]);
  });
});
