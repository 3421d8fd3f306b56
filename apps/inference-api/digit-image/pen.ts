import type { Point, Stroke } from './digit-skeletons.js';
import type { GreyImage } from './grey-image.js';

/**
 * Draws strokes with a round pen whose edge is smooth (anti-aliased).
 *
 * @param strokes points in pixels of the image
 * @param size width and height of the image, in pixels
 * @param thickness diameter of the pen, in pixels
 */
export function drawWithPen(strokes: readonly Stroke[], size: number, thickness: number): GreyImage {
  const data = new Float32Array(size * size);
  for (const stroke of strokes) {
    stroke.forEach((point, index) => {
      drawSegment(data, size, stroke[index - 1] ?? point, point, thickness / 2);
    });
  }
  return { width: size, height: size, data };
}

function drawSegment(data: Float32Array, size: number, from: Point, to: Point, radius: number): void {
  const reach = radius + 1;
  const left = Math.max(0, Math.floor(Math.min(from.x, to.x) - reach));
  const right = Math.min(size - 1, Math.ceil(Math.max(from.x, to.x) + reach));
  const top = Math.max(0, Math.floor(Math.min(from.y, to.y) - reach));
  const bottom = Math.min(size - 1, Math.ceil(Math.max(from.y, to.y) + reach));
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const distance = distanceToSegment({ x: column + 0.5, y: row + 0.5 }, from, to);
      const coverage = radius + 0.5 - distance;
      const ink = coverage > 1 ? 255 : 255 * coverage;
      const pixel = row * size + column;
      if (ink > (data[pixel] ?? 0)) data[pixel] = ink;
    }
  }
}

function distanceToSegment(point: Point, from: Point, to: Point): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const lengthSquared = dx * dx + dy * dy;
  const along = lengthSquared === 0 ? 0 : ((point.x - from.x) * dx + (point.y - from.y) * dy) / lengthSquared;
  const nearest = along < 0 ? 0 : along > 1 ? 1 : along;
  const [asideX, asideY] = [point.x - from.x - nearest * dx, point.y - from.y - nearest * dy];
  return Math.sqrt(asideX * asideX + asideY * asideY);
}
