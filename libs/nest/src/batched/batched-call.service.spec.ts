import type { ExecutionContext } from '@nestjs/common';
import { getEventListeners } from 'node:events';
import { DynamicBatcher } from 'nestjs-batching/core';
import { FakeProcessor, ManualClock } from 'nestjs-batching/testing';
import { BatchedCallService } from './batched-call.service.js';
import type { BatcherService } from '../batchers/batcher.service.js';

describe('BatchedCallService', () => {
  it.each(['decorator', 'client'] as const)(
    'takes a request back when the signal of the %s says so, though there are two',
    async (who) => {
      const clock = new ManualClock();
      const processor = new FakeProcessor((word: string): string => word);
      const batcher = new DynamicBatcher<string, string>({}, processor, { clock });
      const calls = new BatchedCallService({ get: () => batcher } as unknown as BatcherService);
      const controllers = { decorator: new AbortController(), client: new AbortController() };
      const metadata = { batcherName: 'default', signal: controllers.decorator.signal };
      const sent = calls.send('a', metadata, {} as ExecutionContext, controllers.client.signal);
      const refused = expect(sent).rejects.toMatchObject({ code: 'ABORTED' });
      controllers[who].abort();
      await clock.advance();
      await refused;
      expect(processor.requestsByBatch).toEqual([]);
    },
  );

  it('has one listener on a signal that outlives its calls, however many they are, and leaves nothing of them', async () => {
    const batcher = new DynamicBatcher<string, string>({}, (words) => [...words]);
    const calls = new BatchedCallService({ get: () => batcher } as unknown as BatcherService);
    const { signal } = new AbortController();
    const metadata = { batcherName: 'default', signal };
    const sent = [...'abcdefghijklmno'].map((letter) =>
      calls.send(letter, metadata, {} as ExecutionContext, new AbortController().signal),
    );

    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await Promise.all(sent);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('takes all calls back by a signal that counts for all of them', async () => {
    const clock = new ManualClock();
    const processor = new FakeProcessor((word: string): string => word);
    const batcher = new DynamicBatcher<string, string>({}, processor, { clock });
    const calls = new BatchedCallService({ get: () => batcher } as unknown as BatcherService);
    const controller = new AbortController();
    const metadata = { batcherName: 'default', signal: controller.signal };
    const refused = [...'abc'].map((letter) =>
      expect(
        calls.send(letter, metadata, {} as ExecutionContext, new AbortController().signal),
      ).rejects.toMatchObject({ code: 'ABORTED' }),
    );

    controller.abort();
    await clock.advance();
    await Promise.all(refused);
    expect(processor.requestsByBatch).toEqual([]);
  });
});
