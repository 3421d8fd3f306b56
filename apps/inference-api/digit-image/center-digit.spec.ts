import * as fc from 'fast-check';
import { centerDigit } from './center-digit.js';
import type { Stroke } from './digit-skeletons.js';
import { DIGIT_PIXELS, DIGIT_SIZE, type GreyImage } from './grey-image.js';
import { drawWithPen } from './pen.js';

const seven: readonly Stroke[] = [
  [
    { x: 60, y: 50 },
    { x: 200, y: 50 },
    { x: 110, y: 240 },
  ],
];

describe('centerDigit', () => {
  it('gives 784 integers from 0 to 255 for any image', () => {
    const images = fc
      .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }))
      .chain(([width, height]) =>
        fc.record({
          width: fc.constant(width),
          height: fc.constant(height),
          data: fc.array(fc.integer({ min: 0, max: 255 }), {
            minLength: width * height,
            maxLength: width * height,
          }),
        }),
      );
    fc.assert(
      fc.property(images, (image) => {
        const pixels = centerDigit(image);
        expect(pixels).toHaveLength(DIGIT_PIXELS);
        expect(pixels.every((value) => Number.isInteger(value) && value >= 0 && value <= 255)).toBe(true);
      }),
    );
  });

  it('gives an empty image for an empty image', () => {
    expect(centerDigit({ width: 280, height: 280, data: new Uint8Array(280 * 280) })).toEqual(
      Array(DIGIT_PIXELS).fill(0),
    );
  });

  it('makes the longer side 20 pixels and keeps the proportions', () => {
    const pixels = centerDigit(filledBox({ left: 30, top: 10, width: 60, height: 120 }));
    const middleRow = pixels.slice(14 * DIGIT_SIZE, 15 * DIGIT_SIZE);
    const middleColumn = pixels.filter((_, pixel) => pixel % DIGIT_SIZE === 14);
    expect(sumOf(middleRow) / 255).toBeCloseTo(10, 1);
    expect(sumOf(middleColumn) / 255).toBeCloseTo(20, 1);
  });

  it('scales a small drawing up as it scales a large one down', () => {
    const small = centerDigit(filledBox({ left: 3, top: 2, width: 5, height: 10 }));
    const large = centerDigit(filledBox({ left: 3, top: 2, width: 50, height: 100 }));
    expect(small).toEqual(large);
  });

  it.each([4, 10, 24])('puts the center of mass of a %d px pen at the center of the image', (thickness) => {
    const { x, y } = centerOfMass(centerDigit(drawWithPen(seven, 280, thickness)));
    expect(Math.abs(x - 14)).toBeLessThan(0.3);
    expect(Math.abs(y - 14)).toBeLessThan(0.3);
  });

  it('does not depend on where on the canvas the digit was drawn', () => {
    const moved = seven.map((stroke) => stroke.map(({ x, y }) => ({ x: x + 37, y: y - 21 })));
    expect(centerDigit(drawWithPen(moved, 280, 14))).toEqual(centerDigit(drawWithPen(seven, 280, 14)));
  });

  it.each([1, 2, 5, 10, 20])(
    'draws a %d px pen at 280 × 280 with dark strokes about 2 pixels thick',
    (thickness) => {
      const pixels = centerDigit(drawWithPen(seven, 280, thickness));
      const dark = pixels.filter((value) => value > 127).length;
      const strokeLength = 33;
      expect(Math.max(...pixels)).toBeGreaterThan(230);
      expect(dark / strokeLength).toBeGreaterThan(1.4);
      expect(dark / strokeLength).toBeLessThan(3);
    },
  );

  it('keeps a thick pen thick', () => {
    const thin = centerDigit(drawWithPen(seven, 280, 10));
    const thick = centerDigit(drawWithPen(seven, 280, 45));
    expect(sumOf(thick)).toBeGreaterThan(1.5 * sumOf(thin));
  });

  it('makes pale ink dark', () => {
    const ink = drawWithPen(seven, 280, 14);
    const pale = { ...ink, data: Float32Array.from(ink.data, (value) => value / 4) };
    expect(centerDigit(pale)).toEqual(centerDigit(ink));
  });

  it('ignores faint noise around the ink', () => {
    const ink = drawWithPen(seven, 280, 14);
    const noisy = {
      ...ink,
      data: Float32Array.from(ink.data, (value, pixel) => Math.max(value, pixel % 13)),
    };
    expect(centerDigit(noisy)).toEqual(centerDigit(ink));
  });

  it('keeps a long tail inside of the image', () => {
    const ink = filledBox({ left: 0, top: 0, width: 20, height: 200 });
    const data = Float32Array.from(ink.data);
    for (let row = 0; row < 40; row++) data.fill(255, row * ink.width, row * ink.width + 120);
    const areaInPixels = (120 * 40 + 20 * 160) / 10 ** 2;
    expect(sumOf(centerDigit({ ...ink, data })) / 255).toBeCloseTo(areaInPixels, 0);
  });

  it('refuses data that do not fit width and height', () => {
    expect(() => centerDigit({ width: 28, height: 28, data: [1, 2, 3] })).toThrow(
      new RangeError('A 28 × 28 image has 784 values, received 3.'),
    );
  });
});

function filledBox(box: { left: number; top: number; width: number; height: number }): GreyImage {
  const width = 280;
  const data = new Uint8Array(width * 280);
  for (let row = box.top; row < box.top + box.height; row++) {
    data.fill(255, row * width + box.left, row * width + box.left + box.width);
  }
  return { width, height: 280, data };
}

/** As MNIST counts: the first pixel is at 0. */
function centerOfMass(pixels: readonly number[]): { x: number; y: number } {
  const mass = sumOf(pixels);
  return {
    x: sumOf(pixels.map((value, pixel) => value * (pixel % DIGIT_SIZE))) / mass,
    y: sumOf(pixels.map((value, pixel) => value * Math.floor(pixel / DIGIT_SIZE))) / mass,
  };
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
