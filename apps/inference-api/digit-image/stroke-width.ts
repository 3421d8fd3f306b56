import type { GreyImage } from './grey-image.js';
import type { InkBox } from './isolate-ink.js';

/** Half of the darkest ink. Paler pixels are a stroke's smooth edge. */
const DARK = 127;

/** On average over all directions, steps along pixel edges make an outline longer by this factor. */
const STAIRCASE = 4 / Math.PI;

/**
 * Mean width of the strokes of isolated ink, in pixels of the image, above 0: a stroke's area is its length times its
 * width, and its outline is twice its length.
 */
export function measureStrokeWidth(image: GreyImage, box: InkBox): number {
  const { width, data } = image;
  const isInk = (column: number, row: number): boolean =>
    column >= box.left &&
    column < box.right &&
    row >= box.top &&
    row < box.bottom &&
    (data[row * width + column] ?? 0) > DARK;
  let area = 0;
  let edges = 0;
  for (let row = box.top; row <= box.bottom; row++) {
    for (let column = box.left; column <= box.right; column++) {
      const ink = isInk(column, row);
      if (ink) area++;
      if (ink !== isInk(column - 1, row)) edges++;
      if (ink !== isInk(column, row - 1)) edges++;
    }
  }
  return (2 * area * STAIRCASE) / edges;
}
