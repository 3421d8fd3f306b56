import { toBatchProcessor } from './batch-processor.js';

describe('toBatchProcessor', () => {
  it('makes a processor of a function', () => {
    const processBatch = (requests: readonly string[]): string[] => [...requests];
    expect(toBatchProcessor(processBatch)).toEqual({ processBatch });
  });

  it('leaves a processor as it is', () => {
    const processor = { processBatch: (): string[] => [] };
    expect(toBatchProcessor(processor)).toBe(processor);
  });
});
