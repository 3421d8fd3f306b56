import { setUpBusyLetters, setUpLetters } from '../../../test/core/letters-batcher.js';
import { setUpTimedLetters } from '../../../test/core/timed-letters-batcher.js';
import { RequestTooLargeError } from './errors/index.js';

/** What a digit costs; a letter costs 1. */
const costOf = (text: string): number => Number(text) || 1;

describe('DynamicBatcher: what a batch may cost', () => {
  it('bounds the sum of what its requests cost, and passes over nobody', async () => {
    const { processor, sendAll, endAllBatches } = await setUpBusyLetters({ costOf, maxBatchCost: 10 });
    sendAll('5432191');
    await endAllBatches();

    expect(processor.requestsByBatch.slice(1)).toEqual([
      ['5', '4'],
      ['3', '2', '1'],
      ['9', '1'],
    ]);
  });

  it('bounds the largest cost times their count where batches are padded', async () => {
    const { processor, sendAll, endAllBatches } = await setUpBusyLetters({
      costOf,
      maxBatchCost: 10,
      costModel: 'padded',
    });
    sendAll('2222251');
    await endAllBatches();

    // Five times 2; then two as long as 5.
    expect(processor.requestsByBatch.slice(1)).toEqual([
      ['2', '2', '2', '2', '2'],
      ['5', '1'],
    ]);
  });

  it('is reached without the end of the wait: there is nothing to wait for', async () => {
    const { clock, processor, batcher, sendAll } = setUpLetters({
      costOf,
      maxBatchCost: 10,
      timeoutStrategy: 'wait-for-full',
      maxWaitTimeMs: 1000,
    });
    sendAll('54');
    await clock.advance();
    expect(processor.requestsByBatch).toEqual([]);

    sendAll('1');
    await clock.advance();
    expect(processor.requestsByBatch).toEqual([['5', '4', '1']]);
    expect(batcher.getStatistics().batches.dispatchReasons).toEqual({ full: 1 });
  });

  it('is why a batch goes that is cut by it, also where it was to leave some for other slots', async () => {
    const { clock, sendAll } = await setUpTimedLetters({
      costOf,
      maxBatchCost: 20,
      maxBatchSize: 32,
      maxConcurrentBatches: 2,
    });
    const calls = sendAll('9'.repeat(12));
    await clock.advance(22);
    for (const { response } of calls.slice(0, 4)) {
      expect(response?.batch).toMatchObject({ batchSize: 2, dispatchReason: 'full' });
    }
  });

  it('is not reached any more when the most expensive request is taken back', async () => {
    const { clock, processor, send, sendAll } = setUpLetters({
      costOf,
      maxBatchCost: 10,
      costModel: 'padded',
      timeoutStrategy: 'wait-for-full',
      maxWaitTimeMs: 100,
    });
    const controller = new AbortController();
    send('4', { signal: controller.signal });
    controller.abort();
    sendAll('22');
    await clock.advance(199);
    expect(processor.requestsByBatch).toEqual([]);

    await clock.advance(1);
    expect(processor.requestsByBatch).toEqual([['2', '2']]);
  });

  it('refuses at once what could never fit', async () => {
    const { clock, batcher, send } = await setUpBusyLetters({ costOf, maxBatchCost: 8 });
    const [fitting, tooLarge] = [send('8'), send('9')];
    await clock.advance();

    expect(fitting.isSettled).toBe(false);
    expect(tooLarge.error).toBeInstanceOf(RequestTooLargeError);
    expect(tooLarge.error).toMatchObject({ code: 'REQUEST_TOO_LARGE', isRetryable: false });
    expect((tooLarge.error as Error).message).toContain('it costs 9, and maxBatchCost allows 8');
    expect(batcher.getStatistics()).toMatchObject({ currentQueueSize: 1, refused: { REQUEST_TOO_LARGE: 1 } });
  });

  it.each<[string, () => number, string]>([
    [
      'throws',
      () => {
        throw new Error('no tokens');
      },
      'INVALID_REQUEST',
    ],
    ['returns NaN', () => NaN, 'INVALID_REQUEST'],
    ['returns no number', () => 'three' as unknown as number, 'ADMISSION_FAILED'],
  ])('refuses one request when costOf %s, and goes on with the others', async (_, wrongCost, code) => {
    const { clock, batcher, send, endBatch } = await setUpBusyLetters({
      costOf: (letter) => (letter === 'x' ? wrongCost() : 1),
    });
    const [wrong, other] = [send('x'), send('a')];
    await endBatch();
    await endBatch();
    await clock.advance();

    expect(wrong.error).toMatchObject({ code });
    expect(other.response).toBe('A');
    expect(batcher.getStatistics().refused).toEqual({ [code]: 1 });
  });
});
