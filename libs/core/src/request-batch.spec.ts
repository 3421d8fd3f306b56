import { QueuedRequest } from './queued-request.js';
import { RequestBatch } from './request-batch.js';

function batchOf(...payloads: string[]): RequestBatch<string, string> {
  const owner = { abort: () => undefined };
  const requests = payloads.map(
    (payload, index) =>
      new QueuedRequest<string, string>(owner, payload, 1000 + index, Infinity, undefined, false),
  );
  return new RequestBatch(7, requests, 'waited', 1010);
}

describe('RequestBatch', () => {
  it('holds the payloads in the order of its requests', () => {
    const batch = batchOf('a', 'b', 'c');
    expect(batch.payloads).toEqual(['a', 'b', 'c']);
    expect(batch.batchSize).toBe(3);
  });

  it('is known to each of its requests', () => {
    const batch = batchOf('a', 'b');
    expect(batch.requests.map((request) => request.batch)).toEqual([batch, batch]);
  });

  it('describes itself to each request with the time that one has waited', () => {
    const batch = batchOf('a', 'b');
    batch.processingTimeMs = 25;
    const shared = { batchId: 7, batchSize: 2, processingTimeMs: 25, dispatchReason: 'waited' };
    expect(batch.requests.map((request) => batch.describeFor(request))).toEqual([
      { ...shared, queueTimeMs: 10 },
      { ...shared, queueTimeMs: 9 },
    ]);
  });

  it('aborts its signal when the last caller leaves, not before', () => {
    const batch = batchOf('a', 'b');
    const { signal } = batch;
    batch.callerLeft();
    expect([signal.aborted, batch.waitingCallers]).toEqual([false, 1]);

    batch.callerLeft();
    expect([signal.aborted, batch.waitingCallers]).toEqual([true, 0]);
  });

  it('has an aborted signal if it is asked for it only when all have left', () => {
    const batch = batchOf('a');
    batch.callerLeft();
    expect(batch.signal.aborted).toBe(true);
  });

  it('hands out one signal', () => {
    const batch = batchOf('a');
    expect(batch.signal).toBe(batch.signal);
  });
});
