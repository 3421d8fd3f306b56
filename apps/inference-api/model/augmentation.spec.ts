import { createRandom } from '../digit-image/seeded-random.js';
import { generateDigit } from '../digit-image/stroke-digits.js';
import { augment } from './augmentation.js';
import { binarize, changeThickness, changeTone, soften } from './image-ink.js';
import { warpImage } from './image-warp.js';

const digit = Float32Array.from(generateDigit(createRandom(1), 5).pixels, (value) => value / 255);
const sum = (image: Float32Array): number => image.reduce((total, value) => total + value, 0);
const at = (image: Float32Array, column: number, row: number): number => image[row * 28 + column] ?? NaN;

describe('warpImage', () => {
  it('changes nothing when told nothing', () => {
    expect(warpImage(digit, {})).toEqual(digit);
  });

  it('shifts right and down', () => {
    const shifted = warpImage(digit, { shiftX: 2, shiftY: 1 });
    for (let row = 1; row < 28; row++) {
      for (let column = 2; column < 28; column++) {
        expect(at(shifted, column, row)).toBeCloseTo(at(digit, column - 2, row - 1), 5);
      }
    }
    expect(at(shifted, 0, 0)).toBe(0);
  });

  it('scales about the center, so that the ink grows with the area', () => {
    const scaled = warpImage(digit, { scaleX: 1.2, scaleY: 1.1 });
    expect(sum(scaled) / sum(digit)).toBeCloseTo(1.32, 1);
  });

  it('rotates clockwise', () => {
    const dot = new Float32Array(784);
    dot[4 * 28 + 14] = 1;
    const rotated = warpImage(dot, { rotationDegrees: 90 });
    expect(at(rotated, 23, 14)).toBeCloseTo(1, 5);
  });

  it('slants to the right for a positive shear, like italics', () => {
    const line = new Float32Array(784);
    for (let row = 4; row < 24; row++) line[row * 28 + 14] = 1;
    const sheared = warpImage(line, { shear: 0.3 });
    const column = (row: number): number =>
      sheared
        .subarray(row * 28, row * 28 + 28)
        .indexOf(Math.max(...sheared.subarray(row * 28, row * 28 + 28)));
    expect(column(5)).toBeGreaterThan(column(22));
  });
});

describe('changeThickness', () => {
  it('grows strokes for positive amounts and shrinks them for negative ones', () => {
    const sums = [-1, -0.5, 0, 0.5, 1].map((amount) => sum(changeThickness(digit, amount)));
    expect(sums).toEqual([...sums].sort((left, right) => left - right));
    expect(new Set(sums).size).toBe(5);
  });

  it('does not leak from one edge of the image to the other', () => {
    const edge = new Float32Array(784);
    edge[5 * 28 + 27] = 1;
    expect(at(changeThickness(edge, 1), 0, 6)).toBe(0);
  });
});

describe('tones', () => {
  it('are only black and white after binarize', () => {
    expect(new Set(binarize(digit, 0.5))).toEqual(new Set([0, 1]));
  });

  it('keep their sum when softened', () => {
    expect(sum(soften(digit))).toBeCloseTo(sum(digit), 2);
  });

  it('grow paler with less strength and stay within 0 to 1', () => {
    expect(Math.max(...changeTone(digit, 0.6, 1))).toBeCloseTo(0.6, 2);
    expect(Math.max(...changeTone(digit, 2, 1))).toBe(1);
  });
});

describe('augment', () => {
  it('gives a new image within 0 to 1 each time, and keeps most of the ink', () => {
    const random = createRandom(2);
    const seen = new Set<string>();
    for (let copy = 0; copy < 100; copy++) {
      const augmented = augment(digit, random);
      seen.add(augmented.join());
      expect(augmented.every((value) => value >= 0 && value <= 1)).toBe(true);
      expect(sum(augmented) / sum(digit)).toBeGreaterThan(0.2);
    }
    expect(seen.size).toBe(100);
  });

  it('repeats itself for the same seed and leaves its input alone', () => {
    const before = digit.slice();
    expect(augment(digit, createRandom(3))).toEqual(augment(digit, createRandom(3)));
    expect(digit).toEqual(before);
  });
});
