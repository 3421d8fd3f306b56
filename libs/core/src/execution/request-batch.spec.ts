import { buildRequest } from '../../../../test/core/queued-request-builder.js';
import { RequestBatch } from './request-batch.js';

function batchOf(...payloads: string[]): RequestBatch<string, string> {
  const requests = payloads.map(
    (payload, index) => buildRequest({ payload, enqueuedAtMs: 1000 + index }).request,
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
    batch.endedAtMs = 1035;
    const shared = { batchId: 7, batchSize: 2, processingTimeMs: 25, dispatchReason: 'waited' };
    expect(batch.requests.map((request) => batch.describeFor(request))).toEqual([
      { ...shared, queueTimeMs: 10 },
      { ...shared, queueTimeMs: 9 },
    ]);
  });

  it('tells nobody of a wait below 0: who joined a running request has not waited', () => {
    const batch = batchOf('a');
    const late = buildRequest({ enqueuedAtMs: 1015 }).request;
    expect(batch.describeFor(late).queueTimeMs).toBe(0);
  });

  it('runs at its own size unless it is told another', () => {
    const { requests } = batchOf('a', 'b', 'c');
    expect(new RequestBatch(1, requests, 'full', 1010).paddedBatchSize).toBe(3);
    expect(new RequestBatch(1, requests, 'full', 1010, 8)).toMatchObject({
      batchSize: 3,
      paddedBatchSize: 8,
    });
  });

  it('counts the callers of all its requests, those that share a place included', () => {
    const batch = batchOf('a', 'b');
    batch.requests[0]?.takeAlong(buildRequest().request);
    expect(batch.waitingCallers).toBe(3);
  });

  it('aborts its signal when the last place is given up, not before', () => {
    const batch = batchOf('a', 'b');
    const { signal } = batch;
    batch.placeGivenUp();
    expect(signal.aborted).toBe(false);

    batch.placeGivenUp();
    expect(signal.aborted).toBe(true);
  });

  it('has an aborted signal if it is asked for it only when every place is given up', () => {
    const batch = batchOf('a');
    batch.placeGivenUp();
    expect(batch.signal.aborted).toBe(true);
  });

  it('hands out one signal', () => {
    const batch = batchOf('a');
    expect(batch.signal).toBe(batch.signal);
  });

  it('tells the same by its notice, which needs no signal', () => {
    const batch = batchOf('a', 'b');
    const told: string[] = [];
    batch.abortNotice.addEventListener('abort', () => told.push('listener'));
    batch.placeGivenUp();
    expect([batch.abortNotice.aborted, told]).toEqual([false, []]);

    batch.placeGivenUp();
    expect([batch.abortNotice.aborted, told]).toEqual([true, ['listener']]);
  });

  it('has an aborted notice if it is asked for it only when every place is given up', () => {
    const batch = batchOf('a');
    batch.placeGivenUp();
    expect(batch.abortNotice.aborted).toBe(true);
  });
});
