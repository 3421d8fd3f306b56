import { DIGIT_PIXELS } from './grey-image.js';
import { createRandom } from './seeded-random.js';
import { generateDigit } from './stroke-digits.js';

const digits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

describe('generateDigit', () => {
  it.each(digits)('draws a %d with ink as in MNIST, in whole numbers from 0 to 255', (digit) => {
    const random = createRandom(digit);
    for (let drawing = 0; drawing < 10; drawing++) {
      const { label, pixels } = generateDigit(random, digit);
      expect(label).toBe(digit);
      expect(pixels).toHaveLength(DIGIT_PIXELS);
      expect(pixels.every((value) => Number.isInteger(value) && value >= 0 && value <= 255)).toBe(true);
      expect(Math.max(...pixels)).toBeGreaterThan(220);
      const inked = pixels.filter((value) => value > 127).length;
      expect(inked).toBeGreaterThan(25);
      expect(inked).toBeLessThan(240);
    }
  });

  it('gives the same digits for the same seed, and others for another', () => {
    const draw = (seed: number) => {
      const random = createRandom(seed);
      return Array.from({ length: 10 }, () => generateDigit(random));
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('never draws the same digit in the same way twice', () => {
    const random = createRandom(3);
    const drawings = new Set(Array.from({ length: 50 }, () => generateDigit(random, 4).pixels.join()));
    expect(drawings.size).toBe(50);
  });

  it('draws every digit when it may choose', () => {
    const random = createRandom(1);
    const labels = new Set(Array.from({ length: 200 }, () => generateDigit(random).label));
    expect([...labels].sort()).toEqual(digits);
  });

  it.each([-1, 10, 1.5, Number.NaN])('refuses %d, which is no digit', (digit) => {
    expect(() => generateDigit(createRandom(1), digit)).toThrow(
      new RangeError(`A digit is an integer from 0 to 9, received ${digit}.`),
    );
  });
});
