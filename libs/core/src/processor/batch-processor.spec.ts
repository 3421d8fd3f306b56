import { toBatchProcessor } from './batch-processor.js';

describe('toBatchProcessor', () => {
  it('makes a processor of a function', () => {
    const processBatch = (requests: readonly string[]): string[] => [...requests];
    expect(toBatchProcessor(processBatch)).toEqual({ processBatch });
  });

  it.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    [{}, 'an object'],
    [{ processBatch: 'words' }, 'an object'],
    [class Words {}, 'a class'],
  ])('refuses what cannot run a batch (%p), and says what can', (processor, received) => {
    expect(() => toBatchProcessor(processor as never, 'batcher "letters"')).toThrow(
      `Invalid configuration of batcher "letters":\n  - processor: received ${received}, expected a function`,
    );
  });

  it('leaves a processor as it is', () => {
    const processor = { processBatch: (): string[] => [] };
    expect(toBatchProcessor(processor)).toBe(processor);
  });
});
