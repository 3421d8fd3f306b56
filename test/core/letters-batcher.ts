import { DynamicBatcher, type BatchingConfig, type RequestOptions } from 'nestjs-batching/core';
import { FakeProcessor } from 'nestjs-batching/testing';
import { WatchedClock } from './watched-clock.js';
import { WatchedPromise } from './watched-promise.js';

/** A batcher of letters, its processor and its clock, which stands at 1000. A letter's answer is its capital. */
export function setUpLetters(config: BatchingConfig<string> = {}) {
  const clock = new WatchedClock(1000);
  const processor = new FakeProcessor((letter: string): string => letter.toUpperCase());
  const batcher = new DynamicBatcher<string, string>(config, processor, { name: 'letters', clock });
  const send = (letter: string, options?: RequestOptions): WatchedPromise<string> =>
    new WatchedPromise(batcher.process(letter, options));
  const sendAll = (letters: string, options?: RequestOptions): WatchedPromise<string>[] =>
    [...letters].map((letter) => send(letter, options));
  /** Lets the oldest batch that runs succeed, and whatever follows from that happen. */
  const endBatch = async (): Promise<void> => {
    processor.running[0]?.succeed();
    await clock.advance();
  };
  /** Lets one batch after the other succeed, each after `lastingMs`, until none runs any more. */
  const endAllBatches = async (lastingMs = 0): Promise<void> => {
    while (processor.running.length > 0) {
      await clock.advance(lastingMs);
      await endBatch();
    }
  };
  return { clock, processor, batcher, send, sendAll, endBatch, endAllBatches };
}

/** A batcher whose only slot is busy with the request `busy`. */
export async function setUpBusyLetters(config: BatchingConfig<string> = {}) {
  const parts = setUpLetters(config);
  const busy = parts.send('busy');
  await parts.clock.advance();
  expect(parts.processor.requestsByBatch).toEqual([['busy']]);
  return { ...parts, busy };
}
