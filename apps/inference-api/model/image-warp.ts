import { DIGIT_PIXELS, DIGIT_SIZE } from '../digit-image/grey-image.js';

/** How to move the content of an image, about its center. Left out, a part changes nothing. */
export interface Warp {
  /** Pixels to the right. */
  readonly shiftX?: number;
  /** Pixels down. */
  readonly shiftY?: number;
  /** 1.2 makes everything a fifth wider. */
  readonly scaleX?: number;
  /** 1.2 makes everything a fifth higher. */
  readonly scaleY?: number;
  /** Clockwise. */
  readonly rotationDegrees?: number;
  /** Pixels that the content moves to the left for each pixel down; positive slants like italics. */
  readonly shear?: number;
  /** Bends strokes: for a pixel of the result, how many pixels aside its source lies. */
  readonly bend?: (x: number, y: number) => { readonly dx: number; readonly dy: number };
}

/** A warped copy of a 28 × 28 image, interpolated between the four nearest pixels; what comes in is 0. */
export function warpImage(image: Float32Array, warp: Warp): Float32Array {
  const center = (DIGIT_SIZE - 1) / 2;
  const { shiftX = 0, shiftY = 0, scaleX = 1, scaleY = 1, rotationDegrees = 0, shear = 0, bend } = warp;
  const angle = (rotationDegrees * Math.PI) / 180;
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  const warped = new Float32Array(DIGIT_PIXELS);
  for (let row = 0; row < DIGIT_SIZE; row++) {
    for (let column = 0; column < DIGIT_SIZE; column++) {
      // From the result back to the source: undo shift, rotation, shear and scale, in that order.
      const x = column - center - shiftX;
      const y = row - center - shiftY;
      const [unrotatedX, unrotatedY] = [cosine * x + sine * y, cosine * y - sine * x];
      const { dx, dy } = bend?.(column, row) ?? { dx: 0, dy: 0 };
      warped[row * DIGIT_SIZE + column] = sample(
        image,
        (unrotatedX + shear * unrotatedY) / scaleX + center + dx,
        unrotatedY / scaleY + center + dy,
      );
    }
  }
  return warped;
}

function sample(image: Float32Array, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [right, bottom] = [x - left, y - top];
  return (
    pixelAt(image, left, top) * (1 - right) * (1 - bottom) +
    pixelAt(image, left + 1, top) * right * (1 - bottom) +
    pixelAt(image, left, top + 1) * (1 - right) * bottom +
    pixelAt(image, left + 1, top + 1) * right * bottom
  );
}

function pixelAt(image: Float32Array, column: number, row: number): number {
  const inside = column >= 0 && column < DIGIT_SIZE && row >= 0 && row < DIGIT_SIZE;
  return inside ? (image[row * DIGIT_SIZE + column] ?? 0) : 0;
}
