import { runInNewContext } from 'node:vm';

import { findUncopyable } from './find-uncopyable.js';

describe('findUncopyable', () => {
  const shared = new SharedArrayBuffer(4);

  it('finds nothing in plain data', () => {
    for (const isolation of ['thread', 'process'] as const) {
      expect(findUncopyable({ words: ['a', { b: 1n }], when: new Date() }, isolation)).toBeUndefined();
    }
  });

  it('goes by what can be copied into a worker of that kind', () => {
    expect(findUncopyable({ shared }, 'thread')).toBeUndefined();
    expect(findUncopyable({ shared }, 'process')).toEqual({
      path: '.shared',
      reason: expect.stringMatching(/SharedArrayBuffer.* could not be cloned/) as string,
    });
  });

  it.each<[string, unknown, string]>([
    ['itself', () => 1, ''],
    ['a member', { a: 1, table: { lookup: () => 1 } }, '.table.lookup'],
    ['an entry', { list: [1, [() => 1]] }, '.list[1][0]'],
    ['a symbol', [Symbol('mark')], '[0]'],
  ])('says where the part stands: %s', (_, value, path) => {
    expect(findUncopyable(value, 'thread')?.path).toBe(path);
  });

  it('comes to an end where a value holds itself, or must not be looked into', () => {
    const ring: Record<string, unknown> = {};
    Object.assign(ring, { ring, last: () => 1 });
    expect(findUncopyable(ring, 'thread')?.reason).toMatch(/could not be cloned/);
    const refusing = Object.defineProperty({}, 'secret', {
      enumerable: true,
      get: () => {
        throw new Error('not for you');
      },
    });
    expect(findUncopyable({ refusing }, 'thread')).toEqual({ path: '.refusing', reason: 'not for you' });
  });

  it('does not repeat a long function', () => {
    const long = runInNewContext(`() => '${'x'.repeat(10_000)}'`) as unknown;
    expect(findUncopyable(long, 'thread')?.reason.length).toBeLessThan(250);
  });
});
