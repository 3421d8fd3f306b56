import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DIGIT_PIXELS, DIGIT_SIZE } from '../digit-image/grey-image.js';
import { createRandom, shuffled } from '../digit-image/seeded-random.js';
import { readIdxImages, readIdxLabels } from './idx-reader.js';

/** Labeled images of digits. */
export interface DigitDataset {
  /** Each 28 × 28 values from 0 (background) to 1 (ink). */
  readonly images: readonly Float32Array[];
  /** The digit that each image shows, 0 to 9. */
  readonly labels: Uint8Array;
}

/** Three parts that have no image in common. */
export interface DigitSplit {
  readonly training: DigitDataset;
  /** Watched while training, to see that it goes well. */
  readonly validation: DigitDataset;
  /** Looked at once, at the end: neither trained on nor tuned on. */
  readonly heldOut: DigitDataset;
}

/**
 * Reads `images-idx3-ubyte.gz` and `labels-idx1-ubyte.gz` from a folder.
 *
 * @throws Error where a file is missing or does not hold 28 × 28 images with one label each
 */
export async function loadDigits(folder: string): Promise<DigitDataset> {
  const [imageFile, labelFile] = await Promise.all([
    readFile(join(folder, 'images-idx3-ubyte.gz')),
    readFile(join(folder, 'labels-idx1-ubyte.gz')),
  ]);
  const { count, rows, columns, pixels } = readIdxImages(imageFile);
  const labels = readIdxLabels(labelFile);
  if (rows !== DIGIT_SIZE || columns !== DIGIT_SIZE || labels.length !== count) {
    throw new Error(
      `Expected 28 × 28 images with one label each, received ${count} images of ${rows} × ${columns} ` +
        `and ${labels.length} labels.`,
    );
  }
  const images = Array.from({ length: count }, (_, index) =>
    Float32Array.from(
      pixels.subarray(index * DIGIT_PIXELS, (index + 1) * DIGIT_PIXELS),
      (value) => value / 255,
    ),
  );
  return { images, labels };
}

/** Splits at random; the same seed always gives the same parts. Training gets what the others leave. */
export function splitDigits(
  digits: DigitDataset,
  sizes: { readonly heldOut: number; readonly validation: number },
  seed: number,
): DigitSplit {
  const order = shuffled(createRandom(seed), digits.images.keys());
  const select = (from: number, to?: number): DigitDataset => selectDigits(digits, order.slice(from, to));
  return {
    heldOut: select(0, sizes.heldOut),
    validation: select(sizes.heldOut, sizes.heldOut + sizes.validation),
    training: select(sizes.heldOut + sizes.validation),
  };
}

/** The digits at these places, in this order. */
export function selectDigits({ images, labels }: DigitDataset, places: readonly number[]): DigitDataset {
  return {
    images: places.map((place) => images[place] ?? new Float32Array(DIGIT_PIXELS)),
    labels: Uint8Array.from(places, (place) => labels[place] ?? 0),
  };
}

/** The images one after the other: a tensor `[N, 1, 28, 28]`. */
export function stackImages(images: readonly Float32Array[]): Float32Array {
  const stacked = new Float32Array(images.length * DIGIT_PIXELS);
  images.forEach((image, index) => stacked.set(image, index * DIGIT_PIXELS));
  return stacked;
}
