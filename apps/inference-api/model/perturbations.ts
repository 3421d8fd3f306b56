import { centerDigit } from '../digit-image/center-digit.js';
import { DIGIT_SIZE } from '../digit-image/grey-image.js';
import { binarize, changeThickness, changeTone } from './image-ink.js';
import { warpImage } from './image-warp.js';

/** A way in which a digit may differ from those that the model was trained on. */
export interface Perturbation {
  readonly title: string;
  /** The variants of an image, 28 × 28 values from 0 to 1, over which the accuracy is averaged. */
  readonly variants: readonly ((image: Float32Array) => Float32Array)[];
}

/** What the finished model is tested against. */
export const perturbations: readonly Perturbation[] = [
  { title: 'shifted by 1 px', variants: shifts(1) },
  { title: 'shifted by 2 px', variants: shifts(2) },
  { title: 'shifted by 3 px', variants: shifts(3) },
  ...[0.8, 0.9, 1.1, 1.2].map((scale) => ({
    title: `scaled by ${scale}`,
    variants: [(image: Float32Array) => warpImage(image, { scaleX: scale, scaleY: scale })],
  })),
  {
    title: 'rotated by 10°',
    variants: [10, -10].map(
      (rotationDegrees) => (image: Float32Array) => warpImage(image, { rotationDegrees }),
    ),
  },
  {
    title: 'sheared by 0.2',
    variants: [0.2, -0.2].map((shear) => (image: Float32Array) => warpImage(image, { shear })),
  },
  { title: 'dilated by half', variants: [(image) => changeThickness(image, 0.5)] },
  { title: 'dilated', variants: [(image) => changeThickness(image, 1)] },
  { title: 'eroded by half', variants: [(image) => changeThickness(image, -0.5)] },
  { title: 'eroded', variants: [(image) => changeThickness(image, -1)] },
  { title: 'black and white only', variants: [(image) => binarize(image, 0.5)] },
  { title: 'ink at 60 %', variants: [(image) => changeTone(image, 0.6, 1)] },
  { title: 'after centerDigit', variants: [recenter] },
];

/** To the four sides and the four corners. */
function shifts(distance: number): Perturbation['variants'] {
  const steps = [-distance, 0, distance];
  return steps.flatMap((shiftX) =>
    steps
      .filter((shiftY) => shiftX !== 0 || shiftY !== 0)
      .map((shiftY) => (image: Float32Array) => warpImage(image, { shiftX, shiftY })),
  );
}

function recenter(image: Float32Array): Float32Array {
  const ink = { width: DIGIT_SIZE, height: DIGIT_SIZE, data: image.map((value) => value * 255) };
  return Float32Array.from(centerDigit(ink), (value) => value / 255);
}
