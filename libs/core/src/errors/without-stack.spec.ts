import { QueueFullError } from './queue-full.error.js';
import { withoutStack } from './without-stack.js';

describe('withoutStack', () => {
  it('makes an error that does not say where it was made', () => {
    const error = withoutStack(() => new QueueFullError('letters', 4, 10));
    expect(error).toBeInstanceOf(QueueFullError);
    expect(error.message).toContain('Try again in about 10 ms.');
    expect(error.stack).not.toContain('\n    at ');
  });

  it('leaves the stacks of others as they were, whatever happens', () => {
    const before = Error.stackTraceLimit;
    expect(() =>
      withoutStack(() => {
        throw new Error('broken');
      }),
    ).toThrow('broken');
    expect(Error.stackTraceLimit).toBe(before);
    expect(new Error('next').stack).toContain('\n    at ');
  });
});
