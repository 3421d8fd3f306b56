import { BatchProgress } from './batch-progress.js';

const endedAt = (endedAtMs: number, waitingCallers = 1) => ({ endedAtMs, waitingCallers });

describe('BatchProgress', () => {
  it('starts with nothing done and nothing to do', () => {
    expect(new BatchProgress().summarize(1000)).toEqual({
      consecutiveFailedBatches: 0,
      lastSuccessAgoMs: undefined,
      lastFailureAgoMs: undefined,
      busyWithoutSuccessMs: 0,
    });
  });

  it('counts failed batches until one succeeds', () => {
    const progress = new BatchProgress();
    for (const atMs of [10, 20, 30]) progress.batchEnded(endedAt(atMs), true);
    expect(progress.summarize(50)).toMatchObject({ consecutiveFailedBatches: 3, lastFailureAgoMs: 20 });

    progress.batchEnded(endedAt(40), false);
    expect(progress.summarize(50)).toMatchObject({
      consecutiveFailedBatches: 0,
      lastFailureAgoMs: 20,
      lastSuccessAgoMs: 10,
    });
  });

  it('does not count a failure that nobody waited for: the processor was told to stop', () => {
    const progress = new BatchProgress();
    progress.batchEnded(endedAt(10), true);
    progress.batchEnded(endedAt(20, 0), true);
    expect(progress.summarize(50)).toMatchObject({ consecutiveFailedBatches: 1, lastFailureAgoMs: 40 });
  });

  it('measures how long there has been something to do without a success', () => {
    const progress = new BatchProgress();
    progress.workChanged(false, 100);
    progress.workChanged(false, 150);
    progress.batchEnded(endedAt(160), true);
    expect(progress.summarize(180).busyWithoutSuccessMs).toBe(80);

    progress.batchEnded(endedAt(190), false);
    progress.workChanged(false, 190);
    expect(progress.summarize(200).busyWithoutSuccessMs).toBe(10);
  });

  it('leaves out the time in which there was nothing to do', () => {
    const progress = new BatchProgress();
    progress.workChanged(false, 0);
    progress.batchEnded(endedAt(10), false);
    progress.workChanged(true, 10);
    expect(progress.summarize(3_600_000).busyWithoutSuccessMs).toBe(0);

    progress.workChanged(false, 3_600_000);
    expect(progress.summarize(3_600_005)).toMatchObject({
      busyWithoutSuccessMs: 5,
      lastSuccessAgoMs: 3_599_995,
    });
  });
});
