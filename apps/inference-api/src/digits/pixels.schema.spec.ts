import { jest } from '@jest/globals';
import { digitSchema, PIXEL_COUNT } from './pixels.schema.js';

/** What is said of pixels that will not do. */
function complaintsOf(pixels: unknown): string[] {
  const { error } = digitSchema.safeParse({ pixels });
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('digitSchema', () => {
  it('takes every number from 0 to 255', () => {
    const pixels = Array.from({ length: PIXEL_COUNT }, (_, index) => (index % 511) / 2);

    expect(digitSchema.parse({ pixels })).toEqual({ pixels });
  });

  it('tells of the first pixel that is wrong, however many are', () => {
    expect(complaintsOf(Array(PIXEL_COUNT).fill(-1))).toEqual([
      'pixels.0: received -1, expected a number from 0 (background) to 255 (ink)',
    ]);
  });

  it('looks at no pixel of a list that is too long: a body may hold a million of them', () => {
    const pixels = Array<unknown>(PIXEL_COUNT + 1).fill('');
    const lookedAt = jest.fn();
    Object.defineProperty(pixels, 0, { get: lookedAt });

    expect(complaintsOf(pixels)).toEqual([expect.stringMatching(/^pixels: .*784 numbers.*received 785$/)]);
    expect(lookedAt).not.toHaveBeenCalled();
  });

  it.each<[string, unknown, string]>([
    ['a long text', 'x'.repeat(100), `"${'x'.repeat(40)}"`],
    ['null', null, 'null'],
    ['NaN', NaN, 'NaN'],
    ['an object', { toString: 1 }, 'an object'],
  ])('says of %s what it is', (_, pixel, described) => {
    expect(complaintsOf([...Array<number>(PIXEL_COUNT - 1).fill(0), pixel])).toEqual([
      `pixels.783: received ${described}, expected a number from 0 (background) to 255 (ink)`,
    ]);
  });
});
