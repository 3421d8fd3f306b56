import { buildRequest, type LetterRequest } from '../../../../test/core/queued-request-builder.js';
import { RequestBatch } from '../request-batch.js';
import { DeadlineWatch } from './deadline-watch.js';

/** Requests that came at 1000, with so much time each. */
function watch(...timeoutsMs: readonly number[]) {
  const deadlines = new DeadlineWatch<string, string>();
  const requests = timeoutsMs.map(
    (timeoutMs) => buildRequest({ timeoutMs, bucketKey: `b${timeoutMs}` }).request,
  );
  for (const request of requests) deadlines.add(request);
  const run = (...riding: readonly LetterRequest[]): void =>
    deadlines.moveToRunning(new RequestBatch(1, riding, 'full', 1000));
  return { deadlines, requests, run };
}

describe('DeadlineWatch', () => {
  it('knows no deadline where nobody has one', () => {
    const { deadlines } = watch(Infinity);
    expect([deadlines.isEmpty, deadlines.nearestAtMs, deadlines.nearestQueuedAtMs]).toEqual([
      true,
      Infinity,
      Infinity,
    ]);
    expect([deadlines.nearestQueued, deadlines.findExpired(1e9)]).toEqual([undefined, undefined]);
  });

  it('knows the nearest of those that wait, and of all', () => {
    const { deadlines, requests, run } = watch(30, 10, 20);
    expect(deadlines.nearestQueued).toBe(requests[1]);
    expect(deadlines.nearestAtMs).toBe(1010);

    run(requests[1]!);
    expect(deadlines.nearestQueued).toBe(requests[2]);
    expect([deadlines.nearestAtMs, deadlines.nearestQueuedAtMs]).toEqual([1010, 1020]);
  });

  it('knows in which bucket the nearest is', () => {
    const { deadlines } = watch(30, 10);
    expect(deadlines.nearestQueuedAtMsIn('b10')).toBe(1010);
    expect(deadlines.nearestQueuedAtMsIn('b30')).toBe(Infinity);
  });

  it('finds those whose time is over, at their time, whether they wait or run', () => {
    const { deadlines, requests, run } = watch(30, 10, 20);
    run(requests[2]!);
    expect(deadlines.findExpired(1009.999)).toBeUndefined();
    expect(deadlines.findExpired(1010)).toBe(requests[1]);

    deadlines.remove(requests[1]!);
    expect(deadlines.findExpired(1020)).toBe(requests[2]);
    deadlines.remove(requests[2]!);
    expect(deadlines.findExpired(1029)).toBeUndefined();
  });

  it('keeps nobody whose time does not matter any more', () => {
    const { deadlines, requests, run } = watch(30, 10, Infinity);
    run(requests[0]!);
    for (const request of [...requests, ...requests]) deadlines.remove(request);
    expect(deadlines.isEmpty).toBe(true);
  });

  it('moves all who share a place when it runs', () => {
    const { deadlines, requests, run } = watch(30, 10);
    requests[0]!.takeAlong(requests[1]!);
    run(requests[0]!);
    expect(deadlines.nearestQueued).toBeUndefined();
    expect(deadlines.nearestAtMs).toBe(1010);
  });

  it('puts one who joins a place that runs with those that run', () => {
    const { deadlines, requests, run } = watch(30);
    run(requests[0]!);
    const { request: joining } = buildRequest({ timeoutMs: 10 });
    requests[0]!.takeAlong(joining);
    deadlines.add(joining);
    expect([deadlines.nearestQueuedAtMs, deadlines.nearestAtMs]).toEqual([Infinity, 1010]);
  });
});
