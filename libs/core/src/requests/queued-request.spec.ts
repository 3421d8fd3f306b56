import { getEventListeners } from 'node:events';
import { buildRequest, type LetterRequest } from '../../../../test/core/queued-request-builder.js';
import { RequestBatch } from '../execution/request-batch.js';

describe('QueuedRequest', () => {
  it('has its deadline timeoutMs after it came', () => {
    expect(buildRequest({ timeoutMs: 30 }).request).toMatchObject({
      deadlineAtMs: 1030,
      latestDeadlineAtMs: 1030,
    });
    expect(buildRequest().request).toMatchObject({ deadlineAtMs: Infinity, latestDeadlineAtMs: Infinity });
  });

  it('settles its own promise, also when others were made after it', async () => {
    const [first, second, third] = [buildRequest(), buildRequest(), buildRequest()];
    third.request.resolve('third');
    first.request.resolve('first');
    second.request.reject('second');

    expect(await Promise.allSettled([first.answer, second.answer, third.answer])).toEqual([
      { status: 'fulfilled', value: 'first' },
      { status: 'rejected', reason: 'second' },
      { status: 'fulfilled', value: 'third' },
    ]);
  });

  it('knows whether it is settled', () => {
    const { request } = buildRequest();
    expect(request.isSettled).toBe(false);
    request.resolve('A');
    expect(request.isSettled).toBe(true);
  });

  it('tells its owner when its signal is aborted', () => {
    const controller = new AbortController();
    const told: unknown[] = [];
    const { request } = buildRequest({
      signal: controller.signal,
      onAbort: (aborted) => told.push(aborted),
    });
    expect(told).toEqual([]);

    controller.abort();
    expect(told).toEqual([request]);
  });

  it.each<[string, (request: LetterRequest) => void]>([
    ['resolved', (request) => request.resolve('A')],
    ['rejected', (request) => request.reject(new Error('broken'))],
  ])('stops listening to its signal when it is %s', (_, settle) => {
    const { signal } = new AbortController();
    const { request } = buildRequest({ signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);

    settle(request);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('tells of its batch if its caller wants to know', async () => {
    const asking = buildRequest({ wantsBatchInfo: true });
    const silent = buildRequest();
    const batch = new RequestBatch(3, [asking.request, silent.request], 'full', 1012);
    batch.endedAtMs = 1052;
    asking.request.resolve('A');
    silent.request.resolve('B');

    await expect(asking.answer).resolves.toEqual({
      response: 'A',
      batch: { batchId: 3, batchSize: 2, queueTimeMs: 12, processingTimeMs: 40, dispatchReason: 'full' },
    });
    await expect(silent.answer).resolves.toBe('B');
  });

  it('stands in its own place, or in that of the one that takes it along', () => {
    const [leader, follower] = [buildRequest().request, buildRequest().request];
    expect([leader.place, follower.place]).toEqual([leader, follower]);

    leader.takeAlong(follower);
    expect(follower.place).toBe(leader);
    expect([leader.callers, follower.callers]).toEqual([2, 2]);
  });

  it('tells a caller who shares a place of the batch that the place rode in', async () => {
    const leader = buildRequest();
    const follower = buildRequest({ wantsBatchInfo: true, enqueuedAtMs: 1004 });
    leader.request.takeAlong(follower.request);
    const batch = new RequestBatch(3, [leader.request], 'full', 1012);
    batch.endedAtMs = 1052;
    follower.request.resolve('A');

    await expect(follower.answer).resolves.toEqual({
      response: 'A',
      batch: { batchId: 3, batchSize: 1, queueTimeMs: 8, processingTimeMs: 40, dispatchReason: 'full' },
    });
  });

  it('is of use until the latest deadline of those who share its place and still wait', () => {
    const [leader, patient, hurried] = [50, 90, 20].map(
      (timeoutMs) => buildRequest({ timeoutMs }).request,
    ) as [LetterRequest, LetterRequest, LetterRequest];
    leader.takeAlong(patient);
    leader.takeAlong(hurried);
    expect(leader.latestDeadlineAtMs).toBe(1090);
    const fromMs = [1000, 1021, 1051, 1091].map((timeMs) => leader.nearestDeadlineFromMs(timeMs));
    expect(fromMs).toEqual([1020, 1050, 1090, 1090]);

    patient.reject('gone');
    expect(leader.latestDeadlineAtMs).toBe(1050);

    leader.reject('gone');
    expect(leader.latestDeadlineAtMs).toBe(1020);

    hurried.reject('gone');
    expect(leader.latestDeadlineAtMs).toBe(-Infinity);
  });
});
