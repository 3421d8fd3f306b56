import { areaAverage } from './area-average.js';
import { DIGIT_PIXELS, DIGIT_SIZE, type GreyImage } from './grey-image.js';
import { darken, type InkBox, isolateInk } from './isolate-ink.js';
import { measureStrokeWidth } from './stroke-width.js';
import { thickenStrokes } from './thicken-strokes.js';

/** Longer side of a digit within its 28 × 28 image. */
const DIGIT_BOX = 20;

/** Thinner pens are made as thick as this, in pixels of the result: MNIST has hardly a thinner one. */
const THINNEST_STROKE = 2;

/** Column and row on which MNIST puts a digit's center of mass, counted from the image's edge. */
const CENTER_OF_MASS = 14.5;

/** Work happens on a grid this much finer than the result, so that strokes and placement stay smooth. */
const FINENESS = 4;

/**
 * Makes of any drawing what MNIST made of its digits: crops it to its ink, scales it (area-averaged, in
 * proportion) until the longer side is 20 pixels, and places it in 28 × 28 pixels with the center of mass in
 * the middle. Strokes of a thin pen are thickened to about 2 pixels and pale ink is darkened to 255, because
 * MNIST has neither.
 *
 * @param image a drawing of any size, 0 background to 255 ink (for dark ink on white paper, invert it first)
 * @returns 784 integers from 0 to 255, row by row; all 0 where there is no ink
 * @throws RangeError where `data` does not have `width × height` values
 */
export function centerDigit(image: GreyImage): number[] {
  const isolated = isolateInk(image);
  if (isolated === undefined) {
    return new Array<number>(DIGIT_PIXELS).fill(0);
  }
  const { ink, box } = isolated;
  const { scale, thickening } = fitToBox(box, measureStrokeWidth(ink, box));
  const radius = (thickening / 2) * FINENESS;
  const scaled = areaAverage(ink, box, scale * FINENESS, Math.ceil(radius));
  return placeByCenterOfMass(darken(thickenStrokes(scaled, radius)));
}

/** Scale of the drawing, and by how many result pixels strokes grow, such that both together fill the box. */
function fitToBox(box: InkBox, strokeWidth: number): { scale: number; thickening: number } {
  const longerSide = Math.max(box.right - box.left, box.bottom - box.top);
  const scale = DIGIT_BOX / longerSide;
  if (strokeWidth * scale >= THINNEST_STROKE) {
    return { scale, thickening: 0 };
  }
  const thinnerScale = (DIGIT_BOX - THINNEST_STROKE) / (longerSide - strokeWidth);
  return { scale: thinnerScale, thickening: THINNEST_STROKE - strokeWidth * thinnerScale };
}

function placeByCenterOfMass(fine: GreyImage): number[] {
  const fineSize = DIGIT_SIZE * FINENESS;
  const { x, y } = centerOfMass(fine);
  const left = clamp(Math.round(CENTER_OF_MASS * FINENESS - x), 0, fineSize - fine.width);
  const top = clamp(Math.round(CENTER_OF_MASS * FINENESS - y), 0, fineSize - fine.height);
  const sums = new Float32Array(DIGIT_PIXELS);
  for (let row = 0; row < fine.height; row++) {
    for (let column = 0; column < fine.width; column++) {
      const pixel = Math.floor((top + row) / FINENESS) * DIGIT_SIZE + Math.floor((left + column) / FINENESS);
      sums[pixel] = (sums[pixel] ?? 0) + (fine.data[row * fine.width + column] ?? 0);
    }
  }
  return Array.from(sums, (sum) => Math.round(sum / FINENESS ** 2));
}

function centerOfMass({ width, height, data }: GreyImage): { x: number; y: number } {
  let mass = 0;
  let x = 0;
  let y = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const value = data[row * width + column] ?? 0;
      mass += value;
      x += value * (column + 0.5);
      y += value * (row + 0.5);
    }
  }
  return { x: x / mass, y: y / mass };
}

/** A digit with a long tail would leave the image if its center of mass had to be in the middle. */
function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
