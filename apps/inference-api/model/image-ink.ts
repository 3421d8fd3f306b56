import { DIGIT_SIZE } from '../digit-image/grey-image.js';

/**
 * A copy of a 28 × 28 image with other strokes.
 *
 * @param amount 1 takes the darkest of each pixel and its four neighbors (strokes grow by about a pixel to each
 * side), -1 the palest (they shrink as much, and thin ones vanish); between them the effect is mixed in in part
 */
export function changeThickness(image: Float32Array, amount: number): Float32Array {
  const share = Math.abs(amount);
  const extreme = amount > 0 ? Math.max : Math.min;
  return image.map((value, pixel) => {
    const column = pixel % DIGIT_SIZE;
    const changed = extreme(
      value,
      column > 0 ? (image[pixel - 1] ?? 0) : 0,
      column < DIGIT_SIZE - 1 ? (image[pixel + 1] ?? 0) : 0,
      image[pixel - DIGIT_SIZE] ?? 0,
      image[pixel + DIGIT_SIZE] ?? 0,
    );
    return value + share * (changed - value);
  });
}

/** A copy with hard edges: 1 from `threshold` on, 0 below it. */
export function binarize(image: Float32Array, threshold: number): Float32Array {
  return image.map((value) => (value >= threshold ? 1 : 0));
}

/** A copy with soft edges: each pixel mixed with its neighbors, as by a small lens. */
export function soften(image: Float32Array): Float32Array {
  return image.map((value, pixel) => {
    const column = pixel % DIGIT_SIZE;
    const left = column > 0 ? (image[pixel - 1] ?? 0) : 0;
    const right = column < DIGIT_SIZE - 1 ? (image[pixel + 1] ?? 0) : 0;
    const above = image[pixel - DIGIT_SIZE] ?? 0;
    const below = image[pixel + DIGIT_SIZE] ?? 0;
    return 0.5 * value + 0.125 * (left + right + above + below);
  });
}

/**
 * A copy with other tones, still within 0 to 1.
 *
 * @param strength of the darkest ink: 0.7 makes it paler
 * @param gamma above 1 makes grey edges paler, below 1 darker
 */
export function changeTone(image: Float32Array, strength: number, gamma: number): Float32Array {
  return image.map((value) => Math.min(1, strength * Math.max(0, value) ** gamma));
}
