import { Injectable } from '@nestjs/common';
import {
  Batched,
  batchRequest,
  BatchProcessor,
  BatcherService,
  type BatcherOf,
  type BatchProcessorHost,
  type DynamicBatcher,
} from 'nestjs-batching';

interface Image {
  readonly pixels: readonly number[];
}

interface Scores {
  readonly digit: number;
}

@BatchProcessor('digits')
class DigitsProcessor implements BatchProcessorHost<Image, Scores> {
  processBatch(images: readonly Image[]): Scores[] {
    return images.map(({ pixels }) => ({ digit: pixels.length }));
  }
}

type IsSame<TOne, TOther> =
  (<T>() => T extends TOne ? 1 : 2) extends <T>() => T extends TOther ? 1 : 2 ? true : false;

/** Fails to compile unless it is called with `true`. */
function assertType<_TSame extends true>(): void {
  // What it says, it says to the compiler.
}

@Injectable()
class Handlers {
  @Batched(DigitsProcessor)
  right(): Image {
    return { pixels: [] };
  }

  @Batched(DigitsProcessor)
  async rightLater(): Promise<Image> {
    return Promise.resolve({ pixels: [] });
  }

  @Batched(DigitsProcessor)
  async rightForItsCallers(): Promise<Scores> {
    await Promise.resolve();
    return batchRequest(DigitsProcessor, { pixels: [] });
  }

  // @ts-expect-error A handler must return the processor's request.
  @Batched(DigitsProcessor)
  wrong(): number {
    return 1;
  }

  // @ts-expect-error So must one that returns a promise.
  @Batched(DigitsProcessor)
  async wrongLater(): Promise<{ readonly words: string }> {
    return Promise.resolve({ words: '' });
  }

  @Batched(DigitsProcessor, { toBody: ({ digit }, { batchSize }) => digit + batchSize })
  toldOfItsTypes(): Image {
    return { pixels: [] };
  }
}

/** Never called: it only has to compile, or not to. */
function neverCalled(service: BatcherService, digits: BatcherOf<DigitsProcessor>): void {
  const found = service.get(DigitsProcessor);
  assertType<IsSame<typeof found, DynamicBatcher<Image, Scores>>>();
  assertType<IsSame<BatcherOf<DigitsProcessor>, DynamicBatcher<Image, Scores>>>();
  // @ts-expect-error A batcher of images takes no words.
  void digits.process('seven');
  // @ts-expect-error A request of another type.
  void batchRequest(DigitsProcessor, 'seven');
  void found.process({ pixels: [] });
  void digits.process({ pixels: [] }).then(({ digit }) => digit.toFixed());
}

describe('the types', () => {
  it('of decorators and injections follow from the processor’s class', () => {
    // The compiler has checked them: `npm run typecheck` fails if one of the errors above is none.
    expect([Handlers, neverCalled]).toHaveLength(2);
  });
});
