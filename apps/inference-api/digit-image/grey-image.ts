/** A grey image, row by row from the top left; each value from 0 (background) to 255 (ink). */
export interface GreyImage {
  /** Columns, in pixels. */
  readonly width: number;
  /** Rows, in pixels. */
  readonly height: number;
  /** `width × height` values. */
  readonly data: ArrayLike<number>;
}

/** Width and height, in pixels, of the images that the model reads. */
export const DIGIT_SIZE = 28;

/** Number of values in an image that the model reads. */
export const DIGIT_PIXELS = DIGIT_SIZE * DIGIT_SIZE;
