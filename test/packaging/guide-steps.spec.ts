import { findBrokenPromise, readGuide } from './guide-steps.js';

describe('the ten steps of docs/nest.md', () => {
  const steps = readGuide('docs/nest.md', 'Ten steps');

  it('are ten', () => {
    expect(steps).toHaveLength(10);
  });

  it.each(steps)('say what to do, and what one sees then: $title', ({ parts }) => {
    expect(parts[0]?.kind).toMatch(/^(?:commands|file)$/);
    expect(parts.at(-1)?.kind).toBe('promise');
  });
});

describe('what a guide promises', () => {
  const printed = 'starting\n   16 batches (of 3)\nended with code 0\n';

  it.each([
    ['each of its lines', ['16 batches (of 3)', 'ended with code 0']],
    ['lines of which something is left out', ['… batches …', 'ended …']],
  ])('is kept if there are: %s', (_case, lines) => {
    expect(findBrokenPromise(lines, printed)).toBeUndefined();
  });

  it.each([
    ['a line that is missing', ['16 batches (of 3)', 'ended with code 1'], 'ended with code 1'],
    ['no more than a part of a line', ['ended with code'], 'ended with code'],
    ['another order', ['ended with code 0', '16 batches (of 3)'], '16 batches (of 3)'],
    ['one line for two', ['ended …', '… code 0'], '… code 0'],
    ['what only a pattern would match', ['16 batches .of 3.'], '16 batches .of 3.'],
  ])('is broken by %s', (_case, lines, broken) => {
    expect(findBrokenPromise(lines, printed)).toBe(broken);
  });
});
