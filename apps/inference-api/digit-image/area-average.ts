import type { GreyImage } from './grey-image.js';
import type { InkBox } from './isolate-ink.js';

/**
 * Scales a part of an image. Each new pixel is the mean of the area that it covers, so that thin strokes turn
 * pale instead of vanishing.
 *
 * @param scale new pixels per old pixel, above 0; below 1 the image shrinks
 * @param margin empty pixels to leave on every side of the result
 */
export function areaAverage(image: GreyImage, box: InkBox, scale: number, margin: number): GreyImage {
  const columns = coverage(box.left, box.right, scale);
  const rows = coverage(box.top, box.bottom, scale);
  const width = columns.length + 2 * margin;
  const height = rows.length + 2 * margin;
  const data = new Float32Array(width * height);
  rows.forEach((rowShares, row) => {
    columns.forEach((columnShares, column) => {
      let sum = 0;
      for (const { index: y, share: yShare } of rowShares) {
        for (const { index: x, share: xShare } of columnShares) {
          sum += (image.data[y * image.width + x] ?? 0) * yShare * xShare;
        }
      }
      data[(row + margin) * width + column + margin] = sum;
    });
  });
  return { width, height, data };
}

interface Share {
  readonly index: number;
  /** How much of the new pixel this old one fills, 0 to 1. */
  readonly share: number;
}

/** For each new pixel along one axis, the old ones below it. */
function coverage(start: number, end: number, scale: number): Share[][] {
  const length = Math.max(1, Math.round((end - start) * scale));
  return Array.from({ length }, (_, position) => {
    const from = start + position / scale;
    const to = start + (position + 1) / scale;
    const shares: Share[] = [];
    for (let index = Math.floor(from); index < Math.min(to, end); index++) {
      const overlap = Math.min(index + 1, to) - Math.max(index, from);
      if (overlap > 0) shares.push({ index, share: overlap * scale });
    }
    return shares;
  });
}
