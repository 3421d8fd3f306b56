import { DynamicBatcher } from 'nestjs-batching/core';
import { FakeProcessor, ManualClock } from 'nestjs-batching/testing';
import { LateProcessor } from './late-processor.js';

/** It tells all that a processor may tell of itself. */
class TellingProcessor extends FakeProcessor<number, number> {
  allowedBatchSizes: readonly number[] = [2, 4];
  concurrentBatches = 2;
  batchesInAdvance = 1;
  private readonly largest = 9;
  private tellOthers: () => void = () => undefined;

  constructor() {
    super((request) => request);
  }

  onLimitsChanged(listener: () => void): void {
    this.tellOthers = listener;
  }

  validateRequest(request: number): void {
    if (request > this.largest) throw new RangeError(`more than ${this.largest}`);
  }

  change(limits: Partial<Pick<TellingProcessor, 'allowedBatchSizes' | 'concurrentBatches'>>): void {
    Object.assign(this, limits);
    this.tellOthers();
  }
}

/** A batcher that was made before its processor was there. */
function setUp() {
  const clock = new ManualClock();
  const late = new LateProcessor('numbers');
  const batcher = new DynamicBatcher<unknown, unknown>({ maxBatchSize: 4 }, late, { name: 'numbers', clock });
  const processor = new TellingProcessor();
  late.bind(processor as never);
  const send = (...numbers: number[]): void => numbers.forEach((number) => void batcher.process(number));
  const sizesOfRunning = (): unknown =>
    processor.running.map(({ context }) => [context.batchSize, context.paddedBatchSize]);
  return { clock, late, batcher, processor, send, sizesOfRunning };
}

describe('A processor that was bound to its batcher late', () => {
  it('runs batches in its sizes, as many as it can, and one in advance', async () => {
    const { clock, send, sizesOfRunning } = setUp();
    send(...new Array<number>(13).fill(1));
    await clock.advance(0);
    expect(sizesOfRunning()).toEqual([
      [4, 4],
      [4, 4],
      [4, 4],
    ]);
  });

  it('is heard when its limits change', async () => {
    const { clock, batcher, processor, send, sizesOfRunning } = setUp();
    processor.change({ concurrentBatches: 3 });
    expect(batcher.config.maxConcurrentBatches).toBe(3);
    processor.change({ allowedBatchSizes: [3] });
    send(1);
    await clock.advance(0);
    expect(sizesOfRunning()).toEqual([[1, 3]]);
  });

  it('looks at each request on its arrival', async () => {
    const { batcher } = setUp();
    await expect(batcher.process(10)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      cause: { message: 'more than 9' },
    });
  });

  it('tells how it fares', () => {
    const { late, processor } = setUp();
    processor.health = { isReady: false, reason: 'it is being loaded' };
    expect(late.getHealth()).toBe(processor.health);
  });
});
