import { DynamicBatcher } from '../dynamic-batcher.js';

describe('DynamicBatcher: its options', () => {
  const batcherWith = (options: unknown) =>
    new DynamicBatcher({}, (requests: readonly string[]) => requests, options as never);

  it('is called default where nothing is said', () => {
    expect([batcherWith(undefined).name, batcherWith({}).name]).toEqual(['default', 'default']);
  });

  it.each<[unknown, string]>([
    [null, 'null'],
    ['digits', '"digits"'],
    [[], 'an array of 0'],
  ])('refuses %p in the place of options', (options, received) => {
    expect(() => batcherWith(options)).toThrow(
      `Invalid configuration of batcher:\n  - options: received ${received}, expected an object such as { name: 'digits' }, or nothing`,
    );
  });
});
