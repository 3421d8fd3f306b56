import { surfaceOf } from './find.js';

const SIDE = 28;

/** Paints 784 pixels, 0 black to 255 white; what is missing is black. */
export function paintPixels(canvas: HTMLCanvasElement, pixels: readonly number[]): void {
  const image = new ImageData(SIDE, SIDE);
  for (let pixel = 0; pixel < SIDE * SIDE; pixel += 1) {
    const value = pixels[pixel] ?? 0;
    image.data.set([value, value, value, 255], 4 * pixel);
  }
  surfaceOf(canvas).putImageData(image, 0, 0);
}
