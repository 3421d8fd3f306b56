import { buildRequest, type LetterRequest } from '../../../../test/core/queued-request-builder.js';
import { RequestBatch } from '../execution/request-batch.js';
import { DeadlineWatch } from './deadline-watch.js';

/** Requests that came at 1000, with so much time each. */
function watch(...timeoutsMs: readonly number[]) {
  const places: LetterRequest[] = [];
  const running: RequestBatch<string, string>[] = [];
  const queue = { forEachEntry: (visit: (place: LetterRequest) => void): void => places.forEach(visit) };
  const deadlines = new DeadlineWatch<string, string>(queue, running);
  const requests = timeoutsMs.map(
    (timeoutMs) => buildRequest({ timeoutMs, bucketKey: `b${timeoutMs}` }).request,
  );
  for (const request of requests) {
    places.push(request);
    deadlines.add(request);
  }
  const run = (...riding: readonly LetterRequest[]): RequestBatch<string, string> => {
    const batch = new RequestBatch(1, riding, 'full', 1000);
    for (const request of riding) places.splice(places.indexOf(request), 1);
    deadlines.moveToRunning(batch);
    running.push(batch);
    return batch;
  };
  const giveUp = (request: LetterRequest): void => {
    deadlines.remove(request);
    request.reject('gone');
  };
  const expireAt = (nowMs: number): LetterRequest[] => {
    const expired: LetterRequest[] = [];
    deadlines.expire(nowMs, (request) => {
      giveUp(request);
      expired.push(request);
    });
    return expired;
  };
  return { deadlines, requests, run, giveUp, expireAt };
}

describe('DeadlineWatch', () => {
  it('knows no deadline where nobody has one', () => {
    const { deadlines, expireAt } = watch(Infinity);
    expect([deadlines.isEmpty, deadlines.earliestMs, deadlines.nearestQueued]).toEqual([
      true,
      Infinity,
      undefined,
    ]);
    expect(deadlines.isAnyQueuedBefore(Infinity)).toBe(false);
    expect(expireAt(1e9)).toEqual([]);
  });

  it('knows the nearest of those that wait, and bounds all', () => {
    const { deadlines, requests, run } = watch(30, 10, 20);
    expect(deadlines.nearestQueued).toBe(requests[1]);
    expect(deadlines.earliestMs).toBe(1010);

    run(requests[1]!);
    expect(deadlines.nearestQueued).toBe(requests[2]);
    expect(deadlines.earliestMs).toBe(1010);
  });

  it('knows whether anybody who waits has a deadline before a time, whoever has left', () => {
    const { deadlines, requests, run, giveUp } = watch(30, 10, 20, Infinity);
    expect([1010, 1011].map((timeMs) => deadlines.isAnyQueuedBefore(timeMs))).toEqual([false, true]);

    run(requests[1]!);
    expect([1020, 1021].map((timeMs) => deadlines.isAnyQueuedBefore(timeMs))).toEqual([false, true]);
    giveUp(requests[2]!);
    expect([1030, 1031].map((timeMs) => deadlines.isAnyQueuedBefore(timeMs))).toEqual([false, true]);
  });

  it('knows in which bucket the nearest is', () => {
    const { deadlines } = watch(30, 10);
    expect(deadlines.nearestQueuedAtMsIn('b10')).toBe(1010);
    expect(deadlines.nearestQueuedAtMsIn('b30')).toBe(Infinity);
  });

  it('finds those whose time is over, at their time, whether they wait or run', () => {
    const { requests, run, expireAt } = watch(30, 10, 20);
    run(requests[2]!);
    expect(expireAt(1009.999)).toEqual([]);
    expect(expireAt(1010)).toEqual([requests[1]]);
    expect(expireAt(1020)).toEqual([requests[2]]);
    expect(expireAt(1029)).toEqual([]);
    expect(expireAt(1030)).toEqual([requests[0]]);
  });

  it('finds all of a batch whose time is over at once, and the others at theirs', () => {
    const { deadlines, requests, run, expireAt } = watch(30, 10, 20, Infinity);
    run(...requests);
    expect(expireAt(1020)).toEqual([requests[1], requests[2]]);
    expect(deadlines.earliestMs).toBe(1030);
    expect(expireAt(1030)).toEqual([requests[0]]);
    expect(deadlines.isEmpty).toBe(true);
  });

  it('keeps nobody whose time does not matter any more', () => {
    const { deadlines, requests, run, giveUp } = watch(30, 10, 20, Infinity);
    const batch = run(requests[0]!, requests[2]!);
    for (const leaving of [requests[1], requests[2], requests[3]]) giveUp(leaving!);
    expect(deadlines.isEmpty).toBe(false);

    deadlines.batchEnded(batch);
    expect([deadlines.isEmpty, deadlines.earliestMs]).toEqual([true, Infinity]);
  });

  it('moves all who share a place when it runs', () => {
    const { deadlines, requests, run } = watch(30);
    const { request: follower } = buildRequest({ timeoutMs: 10 });
    requests[0]!.takeAlong(follower);
    deadlines.add(follower);
    expect(deadlines.nearestQueued).toBe(follower);

    run(requests[0]!);
    expect(deadlines.nearestQueued).toBeUndefined();
    expect(deadlines.earliestMs).toBe(1010);
  });

  it('counts nobody who has left the place that others still need', () => {
    const { deadlines, requests, run, giveUp } = watch(30, 40);
    const { request: follower } = buildRequest({ timeoutMs: 50 });
    requests[0]!.takeAlong(follower);
    deadlines.add(follower);
    giveUp(requests[0]!);
    run(requests[0]!);
    expect(deadlines.nearestQueued).toBe(requests[1]);

    giveUp(requests[1]!);
    expect(deadlines.earliestMs).toBe(1050);
    giveUp(follower);
    expect(deadlines.isEmpty).toBe(true);
  });

  it('puts one who joins a place that runs with those that run', () => {
    const { deadlines, requests, run } = watch(30);
    run(requests[0]!);
    const { request: joining } = buildRequest({ timeoutMs: 10 });
    requests[0]!.takeAlong(joining);
    deadlines.add(joining);
    expect([deadlines.nearestQueued, deadlines.earliestMs]).toEqual([undefined, 1010]);
  });

  it('finds each of those who share a place that runs at its own time, whether it came before that or after', () => {
    for (const comesBefore of [true, false]) {
      const { deadlines, requests, run, expireAt } = watch(Infinity);
      const [nearer, later] = [20, 30].map((timeoutMs) => buildRequest({ timeoutMs }).request);
      if (!comesBefore) run(requests[0]!);
      for (const follower of [later!, nearer!]) {
        requests[0]!.takeAlong(follower);
        deadlines.add(follower);
      }
      if (comesBefore) run(requests[0]!);
      expect(expireAt(1019)).toEqual([]);
      expect(expireAt(1020)).toEqual([nearer]);
      expect(deadlines.earliestMs).toBe(1030);
      expect(expireAt(1030)).toEqual([later]);
      expect(deadlines.isEmpty).toBe(true);
    }
  });
});
