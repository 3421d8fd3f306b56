import fc from 'fast-check';

import { toFloat16Bits } from './float16-bits.js';

describe('toFloat16Bits', () => {
  it.each([
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [0.1, 0x2e66],
    [1 / 3, 0x3555],
    [65_504, 0x7bff],
    [65_519.9, 0x7bff],
    [65_520, 0x7c00],
    [-Infinity, 0xfc00],
    [NaN, 0x7e00],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [1.5 * 2 ** -24, 0x0002],
    [2 ** -14, 0x0400],
    [2 ** -14 - 2 ** -26, 0x0400],
  ])('writes %d as its bits', (value, bits) => {
    expect(toFloat16Bits(value)).toBe(bits);
  });

  it('gives back the bits of every number that half precision has', () => {
    for (let bits = 0; bits <= 0x7bff; bits++) {
      expect(toFloat16Bits(valueOf(bits))).toBe(bits);
      expect(toFloat16Bits(-valueOf(bits))).toBe(0x8000 | bits);
    }
  });

  it('takes the nearest number, and of two the even one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0x7bfe }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (bits, share) => {
          const low = valueOf(bits);
          const high = valueOf(bits + 1);
          const value = low + share * (high - low);
          const middle = (low + high) / 2;
          const nearest = value < middle ? bits : value > middle ? bits + 1 : bits + (bits % 2);
          expect(toFloat16Bits(value)).toBe(nearest);
        },
      ),
    );
  });
});

/** Of the bits of a number that is positive and finite. */
function valueOf(bits: number): number {
  const exponent = bits >> 10;
  const fraction = bits & 0x3ff;
  return exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
}
