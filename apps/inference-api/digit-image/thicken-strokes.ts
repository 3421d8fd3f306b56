import type { GreyImage } from './grey-image.js';

/**
 * Grows every stroke by `radius` pixels to each side: a pixel takes the darkest value within that distance.
 * Ink that comes closer to the edge of the image than `radius` is cut off there.
 */
export function thickenStrokes(image: GreyImage, radius: number): GreyImage {
  if (radius < 1) {
    return image;
  }
  const { width, height, data } = image;
  const disk = offsetsWithin(radius);
  const thickened = new Float32Array(width * height);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const value = data[row * width + column] ?? 0;
      if (value === 0) continue;
      for (const { dx, dy } of disk) {
        const x = column + dx;
        const y = row + dy;
        if (x < 0 || x >= width || y < 0 || y >= height) continue;
        if (value > (thickened[y * width + x] ?? 0)) thickened[y * width + x] = value;
      }
    }
  }
  return { width, height, data: thickened };
}

function offsetsWithin(radius: number): { dx: number; dy: number }[] {
  const reach = Math.floor(radius);
  const offsets = [];
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      if (dx * dx + dy * dy <= radius * radius) offsets.push({ dx, dy });
    }
  }
  return offsets;
}
