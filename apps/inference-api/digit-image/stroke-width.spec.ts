import { isolateInk } from './isolate-ink.js';
import { drawWithPen } from './pen.js';
import { measureStrokeWidth } from './stroke-width.js';
import { thickenStrokes } from './thicken-strokes.js';
import type { GreyImage } from './grey-image.js';

const circle = Array.from({ length: 65 }, (_, step) => ({
  x: 100 + 70 * Math.cos((step * Math.PI) / 32),
  y: 100 + 70 * Math.sin((step * Math.PI) / 32),
}));

describe('measureStrokeWidth', () => {
  it.each([3, 8, 15, 30])('finds the width of a %d px pen', (thickness) => {
    const width = widthOf(drawWithPen([circle], 200, thickness));
    expect(width).toBeGreaterThan(0.85 * thickness);
    expect(width).toBeLessThan(1.15 * thickness);
  });
});

describe('thickenStrokes', () => {
  it('makes strokes wider by the radius on each side', () => {
    const thin = drawWithPen([circle], 200, 4);
    const added = widthOf(thickenStrokes(thin, 3)) - widthOf(thin);
    expect(Math.abs(added - 6)).toBeLessThan(1);
  });

  it('never makes a pixel paler', () => {
    const thin = drawWithPen([circle], 200, 4);
    const thick = thickenStrokes(thin, 2);
    expect(Array.from(thick.data).every((value, pixel) => value >= (thin.data[pixel] ?? 0))).toBe(true);
  });
});

function widthOf(image: GreyImage): number {
  const isolated = isolateInk(image);
  return isolated === undefined ? 0 : measureStrokeWidth(isolated.ink, isolated.box);
}
