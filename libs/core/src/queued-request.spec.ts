import { getEventListeners } from 'node:events';
import { QueuedRequest } from './queued-request.js';
import { RequestBatch } from './request-batch.js';

function requestWith({
  timeoutMs = Infinity,
  signal,
  wantsBatchInfo = false,
  owner = { abort: () => undefined },
}: {
  timeoutMs?: number;
  signal?: AbortSignal;
  wantsBatchInfo?: boolean;
  owner?: { abort(request: QueuedRequest<string, string>): void };
} = {}): QueuedRequest<string, string> {
  return new QueuedRequest<string, string>(owner, 'a', 1000, timeoutMs, signal, wantsBatchInfo);
}

describe('QueuedRequest', () => {
  it('has its deadline timeoutMs after it came', () => {
    expect(requestWith({ timeoutMs: 30 }).deadlineAtMs).toBe(1030);
    expect(requestWith().deadlineAtMs).toBe(Infinity);
  });

  it('settles its own promise, also when others were made after it', async () => {
    const [first, second, third] = [requestWith(), requestWith(), requestWith()];
    third.resolve('third');
    first.resolve('first');
    second.reject('second');

    expect(await Promise.allSettled([first.promise, second.promise, third.promise])).toEqual([
      { status: 'fulfilled', value: 'first' },
      { status: 'rejected', reason: 'second' },
      { status: 'fulfilled', value: 'third' },
    ]);
  });

  it('knows whether it is settled', () => {
    const request = requestWith();
    expect(request.isSettled).toBe(false);
    request.resolve('A');
    expect(request.isSettled).toBe(true);
  });

  it('tells its owner when its signal is aborted', () => {
    const controller = new AbortController();
    const told: unknown[] = [];
    const request = requestWith({
      signal: controller.signal,
      owner: { abort: (aborted) => told.push(aborted) },
    });
    expect(told).toEqual([]);

    controller.abort();
    expect(told).toEqual([request]);
  });

  it.each<[string, (request: QueuedRequest<string, string>) => void]>([
    ['resolved', (request) => request.resolve('A')],
    ['rejected', (request) => request.reject(new Error('broken'))],
  ])('stops listening to its signal when it is %s', (_, settle) => {
    const { signal } = new AbortController();
    const request = requestWith({ signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);

    request.promise.catch(() => undefined);
    settle(request);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('tells of its batch if its caller wants to know', async () => {
    const asking = requestWith({ wantsBatchInfo: true });
    const silent = requestWith();
    const batch = new RequestBatch(3, [asking, silent], 'full', 1012);
    batch.processingTimeMs = 40;
    asking.resolve('A');
    silent.resolve('B');

    await expect(asking.promise).resolves.toEqual({
      response: 'A',
      batch: { batchId: 3, batchSize: 2, queueTimeMs: 12, processingTimeMs: 40, dispatchReason: 'full' },
    });
    await expect(silent.promise).resolves.toBe('B');
  });
});
