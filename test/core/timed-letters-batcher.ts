import {
  DynamicBatcher,
  type BatchContext,
  type BatchedResponse,
  type BatchingConfig,
  type RequestOptions,
} from 'nestjs-batching/core';
import { WatchedClock } from './watched-clock.js';
import { WatchedPromise } from './watched-promise.js';

/** How long a batch of n takes: `fixedMs` + `perRequestMs` · n. */
export interface Timing {
  readonly fixedMs: number;
  readonly perRequestMs: number;
}

/** Enough for the batcher to have learned the timing, and to have found it steady. */
const WARM_UP_BATCHES = 100;

/** A processor of letters that takes the time of its timing, and remembers what it ran and when. */
class TimedProcessor {
  readonly requestsByBatch: (readonly string[])[] = [];
  readonly contexts: BatchContext[] = [];
  /** How much longer the next batch takes than it should. */
  hiccupMs = 0;

  constructor(
    private readonly clock: WatchedClock,
    readonly timing: Timing,
    readonly allowedBatchSizes?: readonly number[],
  ) {}

  async processBatch(letters: readonly string[], context: BatchContext): Promise<string[]> {
    this.requestsByBatch.push(letters);
    this.contexts.push(context);
    const { fixedMs, perRequestMs } = this.timing;
    const hiccupMs = this.hiccupMs;
    this.hiccupMs = 0;
    await this.clock.sleep(fixedMs + perRequestMs * context.paddedBatchSize + hiccupMs);
    return letters.map((letter) => letter.toUpperCase());
  }
}

/** A request of which is known when it was sent and when it was settled. */
export class TimedCall extends WatchedPromise<BatchedResponse<string>> {
  settledAtMs = Infinity;

  constructor(
    readonly letter: string,
    readonly sentAtMs: number,
    promise: Promise<BatchedResponse<string>>,
    clock: WatchedClock,
  ) {
    super(promise);
    const note = (): void => {
      this.settledAtMs = clock.now();
    };
    promise.then(note, note);
  }

  get tookMs(): number {
    return this.settledAtMs - this.sentAtMs;
  }
}

/**
 * A batcher of letters whose processor takes its time, with 4 in a batch unless `config` says otherwise. Unless
 * `isCold`, it has learned that time; what it ran for that is forgotten. The clock stands anywhere.
 */
export async function setUpTimedLetters(
  config: BatchingConfig<string> = {},
  {
    fixedMs = 20,
    perRequestMs = 1,
    isCold = false,
    allowedBatchSizes,
  }: Partial<Timing> & { isCold?: boolean; allowedBatchSizes?: readonly number[] } = {},
) {
  const clock = new WatchedClock(1000);
  const processor = new TimedProcessor(clock, { fixedMs, perRequestMs }, allowedBatchSizes);
  const batcher = new DynamicBatcher<string, string>({ maxBatchSize: 4, ...config }, processor, {
    name: 'letters',
    clock,
  });
  const send = (letter: string, options?: RequestOptions): TimedCall =>
    new TimedCall(letter, clock.now(), batcher.processWithInfo(letter, options), clock);
  const sendAll = (letters: string, options?: RequestOptions): TimedCall[] =>
    [...letters].map((letter) => send(letter, options));
  if (!isCold) await warmUp();
  return { clock, processor, batcher, send, sendAll };

  async function warmUp(): Promise<void> {
    const { maxBatchSize } = batcher.config;
    for (let batch = 0; batch < WARM_UP_BATCHES; batch += 1) {
      for (let count = batch % 2 === 0 ? 1 : maxBatchSize; count > 0; count -= 1) send('w');
      do await clock.advance(fixedMs + perRequestMs * maxBatchSize);
      while (batcher.getStatistics().requestsInFlight + batcher.getStatistics().currentQueueSize > 0);
    }
    processor.requestsByBatch.length = 0;
    processor.contexts.length = 0;
  }
}
