import type { GreyImage } from './grey-image.js';

/** Where an image has ink, in pixels; `right` and `bottom` are the first column and row after it. */
export interface InkBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Share of the darkest value that counts as ink; below it lie a photograph's noise and a scan's paper. */
const INK_SHARE = 0.1;

/**
 * Parts ink from paper: the darkest ink becomes 255, paper becomes 0, and the box is the smallest that holds
 * all ink. `undefined` where there is none.
 *
 * @throws RangeError where `data` does not have `width × height` values
 */
export function isolateInk(image: GreyImage): { readonly ink: GreyImage; readonly box: InkBox } | undefined {
  const { width, height, data } = image;
  if (data.length !== width * height) {
    throw new RangeError(
      `A ${width} × ${height} image has ${width * height} values, received ${data.length}.`,
    );
  }
  const peak = darkest(image);
  if (peak < 1) {
    return undefined;
  }
  const ink = new Float32Array(data.length);
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const value = data[row * width + column] ?? 0;
      if (!(value >= peak * INK_SHARE)) continue;
      ink[row * width + column] = (value * 255) / peak;
      if (column < left) left = column;
      if (column >= right) right = column + 1;
      if (row < top) top = row;
      bottom = row + 1;
    }
  }
  return { ink: { width, height, data: ink }, box: { left, top, right, bottom } };
}

/** The same image, with its darkest value at 255. */
export function darken(image: GreyImage): GreyImage {
  const peak = darkest(image);
  return { ...image, data: Float32Array.from(image.data, (value) => (value * 255) / peak) };
}

function darkest({ data }: GreyImage): number {
  let peak = 0;
  for (let pixel = data.length - 1; pixel >= 0; pixel--) {
    const value = data[pixel] ?? 0;
    if (value > peak) peak = value;
  }
  return peak;
}
