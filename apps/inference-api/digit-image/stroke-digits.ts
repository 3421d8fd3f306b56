import { centerDigit } from './center-digit.js';
import { digitSkeletons, type Point } from './digit-skeletons.js';
import { drawWithPen } from './pen.js';
import { between, pick, type Random } from './seeded-random.js';

/** A drawn digit, ready for the model. */
export interface GeneratedDigit {
  /** What was drawn: 0 to 9. */
  readonly label: number;
  /** 28 × 28 integers from 0 (background) to 255 (ink), row by row. */
  readonly pixels: number[];
}

/** Width and height of the sheet on which a digit is drawn before it is centered, in pixels. */
const SHEET_SIZE = 112;

/**
 * Draws a digit as a hand would: one of the common ways to write it, with random proportions, slant, rotation,
 * wobble and pen. The same random sequence always gives the same digit.
 *
 * @param random from `createRandom(seed)`
 * @param digit what to draw, 0 to 9. Default: drawn at random, all equally often
 * @throws RangeError where `digit` is not an integer from 0 to 9
 */
export function generateDigit(random: Random, digit = Math.floor(random() * 10)): GeneratedDigit {
  const variants = digitSkeletons[digit];
  if (variants === undefined) {
    throw new RangeError(`A digit is an integer from 0 to 9, received ${digit}.`);
  }
  const bend = randomHandwriting(random);
  const strokes = pick(random, variants).map((stroke) => stroke.map(bend));
  const thickness = between(random, 5, 12);
  return { label: digit, pixels: centerDigit(drawWithPen(strokes, SHEET_SIZE, thickness)) };
}

/** Where one random hand puts the points of a skeleton on the sheet. */
function randomHandwriting(random: Random): (point: Point) => Point {
  const height = between(random, 58, 76);
  const width = height * between(random, 0.68, 1);
  const slant = between(random, -0.08, 0.32);
  const tilt = between(random, -0.09, 0.09);
  const wobble = randomWobble(random);
  return (point) => {
    const wobbled = wobble(point);
    const x = (wobbled.x - 0.5) * width - (wobbled.y - 0.5) * slant * height;
    const y = (wobbled.y - 0.5) * height;
    return {
      x: SHEET_SIZE / 2 + x * Math.cos(tilt) - y * Math.sin(tilt),
      y: SHEET_SIZE / 2 + x * Math.sin(tilt) + y * Math.cos(tilt),
    };
  };
}

/** Slow waves across the sheet: they bend strokes, yet keep those joined that meet. */
function randomWobble(random: Random): (point: Point) => Point {
  const wave = (): ((point: Point) => number) => {
    const amplitude = between(random, 0, 0.045);
    const [alongX, alongY] = [between(random, 1, 6), between(random, 1, 6)];
    const phase = between(random, 0, 2 * Math.PI);
    return ({ x, y }) => amplitude * Math.sin(alongX * x + alongY * y + phase);
  };
  const [waveX, waveY] = [wave(), wave()];
  return (point) => ({ x: point.x + waveX(point), y: point.y + waveY(point) });
}
