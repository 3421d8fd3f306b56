import { Injectable } from '@nestjs/common';
import {
  Batched,
  batchRequest,
  BatchProcessor,
  BatcherService,
  BatchingModule,
  DynamicBatcher,
  type BatcherOf,
  type BatcherOptions,
  type BatchProcessorHost,
  type BatchRequest,
  type ProcessorReference,
} from 'nestjs-batching';
import { OnnxModule } from 'nestjs-batching/onnx';

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

@BatchProcessor('lengths')
class LengthProcessor implements BatchProcessorHost<string, number> {
  processBatch(texts: readonly string[]): number[] {
    return texts.map((text) => text.length);
  }
}

@BatchProcessor('rounded')
class RoundingProcessor implements BatchProcessorHost<number, number> {
  processBatch(values: readonly number[]): number[] {
    return values.map((value) => Math.round(value));
  }
}

@BatchProcessor('vectors')
class VectorProcessor implements BatchProcessorHost<string, number[]> {
  processBatch(texts: readonly string[]): number[][] {
    return texts.map((text) => [text.length]);
  }
}

@BatchProcessor('promised')
class PromisingProcessor implements BatchProcessorHost<string, number> {
  processBatch(texts: readonly string[]) {
    return texts.map(async (text) => Promise.resolve(text.length));
  }
}

@BatchProcessor('promised without a word')
class InferredProcessor {
  processBatch(texts: readonly string[]): (Promise<number | Error> | Error)[] {
    return texts.map((text) => (text === '' ? new Error('empty') : Promise.resolve(text.length)));
  }
}

@BatchProcessor('looked at', { costOf: (text: { readonly length: number }) => text.length, keyOf: String })
export class LookedAtProcessor {
  processBatch(texts: string[]): string[] {
    return texts;
  }
}

// @ts-expect-error The cost of a number says nothing of a text.
@BatchProcessor('wrongly looked at', { costOf: (value: number) => value })
export class WronglyLookedAtProcessor {
  processBatch(texts: readonly string[]): readonly string[] {
    return texts;
  }
}

// @ts-expect-error It runs no batches.
@BatchProcessor('no processor')
export class NoProcessor {
  processBatches(texts: readonly string[]): readonly string[] {
    return texts;
  }
}

type IsSame<TOne, TOther> =
  (<T>() => T extends TOne ? 1 : 2) extends <T>() => T extends TOther ? 1 : 2 ? true : false;

/** Fails to compile unless it is called with `true`. */
function assertType<_TSame extends true>(): void {
  // What it says, it says to the compiler.
}

@Injectable()
export class Handlers {
  @Batched(DigitsProcessor)
  right(): Image {
    return { pixels: [] };
  }

  @Batched(DigitsProcessor)
  async rightLater(): Promise<Image> {
    return Promise.resolve({ pixels: [] });
  }

  @Batched(DigitsProcessor)
  async rightForItsCallers() {
    await Promise.resolve();
    return batchRequest(DigitsProcessor, { pixels: [] });
  }

  @Batched(DigitsProcessor)
  async rightInWords(): Promise<BatchRequest<Image, Scores>> {
    await Promise.resolve();
    return batchRequest(DigitsProcessor, { pixels: [] });
  }

  // @ts-expect-error What a method that other code calls returns is a request, made by batchRequest.
  @Batched(DigitsProcessor)
  async wrongForItsCallers(): Promise<Scores> {
    await Promise.resolve();
    return batchRequest(DigitsProcessor, { pixels: [] });
  }

  // @ts-expect-error An object that is a response is no request.
  @Batched(DigitsProcessor)
  response(): Scores {
    return { digit: 1 };
  }

  // @ts-expect-error Nor is a promise of it.
  @Batched(DigitsProcessor)
  async responseLater(): Promise<Scores> {
    return Promise.resolve({ digit: 1 });
  }

  // @ts-expect-error Nor is a number,
  @Batched(LengthProcessor)
  number(): number {
    return 1;
  }

  // @ts-expect-error promised or not,
  @Batched(LengthProcessor)
  async numberLater(): Promise<number> {
    return Promise.resolve(1);
  }

  // @ts-expect-error nor a list of them,
  @Batched(VectorProcessor)
  numbers(): number[] {
    return [1];
  }

  // @ts-expect-error promised or not,
  @Batched(VectorProcessor)
  async numbersLater(): Promise<number[]> {
    return Promise.resolve([1]);
  }

  // @ts-expect-error nor what is meant for another processor, though it answers with the same.
  @Batched(LengthProcessor)
  meantForAnother() {
    return batchRequest(RoundingProcessor, 1.5);
  }

  @Batched(InferredProcessor, { toBody: (length) => length.toFixed() })
  answeredByPromises(): string {
    return 'text';
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
function neverCalled(service: BatcherService, digits: BatcherOf<DigitsProcessor>, handlers: Handlers): void {
  // Callers use what comes as the response that it is.
  void handlers.rightForItsCallers().then((scores: Scores) => scores.digit.toFixed());
  const found = service.get(DigitsProcessor);
  assertType<IsSame<typeof found, DynamicBatcher<Image, Scores>>>();
  assertType<IsSame<BatcherOf<DigitsProcessor>, DynamicBatcher<Image, Scores>>>();
  // What a processor promises for each request is what each caller gets.
  const lengths = new DynamicBatcher({}, (texts: readonly string[]) =>
    texts.map(async (text) => Promise.resolve(text.length)),
  );
  assertType<IsSame<typeof lengths, DynamicBatcher<string, number>>>();
  void lengths.process('text').then((length) => length.toFixed());
  assertType<IsSame<BatcherOf<PromisingProcessor>, DynamicBatcher<string, number>>>();
  assertType<IsSame<BatcherOf<InferredProcessor>, DynamicBatcher<string, number>>>();
  const inferred = service.get(InferredProcessor);
  assertType<IsSame<typeof inferred, DynamicBatcher<string, number>>>();
  void inferred.process('text').then((length) => length.toFixed());
  // @ts-expect-error A batcher of images takes no words.
  void digits.process('seven');
  // @ts-expect-error A request of another type.
  void batchRequest(DigitsProcessor, 'seven');
  void found.process({ pixels: [] });
  void digits.process({ pixels: [] }).then(({ digit }) => digit.toFixed());
}

/** Exported, as an app's code is: its declarations have to be writable, though they hold the type of a request. */
export async function spreadsTheResponse(handlers: Handlers) {
  return { ...(await handlers.rightForItsCallers()), isSure: true };
}

/** Never called either: what looks at a request is told its type by what runs the batches. */
function neverRegistered(given: ProcessorReference): void {
  const lengths = (texts: readonly string[]): number[] => texts.map((text) => text.length);
  BatchingModule.registerBatcher({ name: 'a', processor: lengths, keyOf: (text) => text.toUpperCase() });
  BatchingModule.registerBatcher({
    name: 'b',
    processor: { processBatch: lengths },
    costOf: (text) => text.length,
  });
  BatchingModule.registerBatcher({ name: 'c', processor: LengthProcessor, bucketOf: (text) => text.length });
  BatchingModule.registerBatcher({
    processor: LengthProcessor,
    maxBatchCost: 9,
    costOf: (text) => text.length,
  });
  BatchingModule.registerBatcher({
    name: 'd',
    processor: lengths,
    keyOf: (text: { length: number }) => text.length,
  });
  // A reference that says nothing of its requests asks nothing of those who look at them.
  BatchingModule.registerBatcher({ name: 'e', processor: given, keyOf: (text: string) => text });
  const options: BatcherOptions = { name: 'f', processor: lengths, keyOf: (text: string) => text };
  BatchingModule.registerBatcher(options);
  // @ts-expect-error The key of a number says nothing of a text.
  BatchingModule.registerBatcher({ name: 'g', processor: lengths, keyOf: (value: number) => value });
  // @ts-expect-error Nor does its cost.
  BatchingModule.registerBatcher({ processor: LengthProcessor, costOf: (value: number) => value });
  // A model's requests are rows.
  const path = 'model.onnx';
  OnnxModule.register({ name: 'h', path, costOf: (row) => Object.keys(row).length });
  OnnxModule.registerAsync({
    name: 'i',
    useFactory: () => ({ path, bucketOf: (row) => Object.keys(row).length }),
  });
  OnnxModule.register({ name: 'j', path, costOf: ({ image }: { image: Float32Array }) => image.length });
  // @ts-expect-error And no texts.
  OnnxModule.register({ name: 'k', path, costOf: (text: string) => text.length });
}

describe('the types', () => {
  it('of decorators and injections follow from the processor’s class', () => {
    // The compiler has checked them: `npm run typecheck` fails if one of the errors above is none.
    expect([Handlers, neverCalled, neverRegistered, spreadsTheResponse]).toHaveLength(4);
  });
});
