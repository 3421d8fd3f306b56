import { between, type Random } from '../digit-image/seeded-random.js';
import { binarize, changeThickness, changeTone, soften } from './image-ink.js';
import { warpImage, type Warp } from './image-warp.js';

/**
 * A copy of a 28 × 28 digit such as another hand, pen or screen might have made it: moved, scaled, turned,
 * slanted and bent a little, with thicker or thinner strokes and other tones. No two copies are alike, so the
 * network never sees an image twice.
 */
export function augment(image: Float32Array, random: Random): Float32Array {
  return retouch(warpImage(image, randomWarp(random)), random);
}

function randomWarp(random: Random): Warp {
  const scale = between(random, 0.78, 1.22);
  const stretch = between(random, 0.92, 1.08);
  return {
    shiftX: between(random, -3.2, 3.2),
    shiftY: between(random, -3.2, 3.2),
    scaleX: scale * stretch,
    scaleY: scale / stretch,
    rotationDegrees: between(random, -13, 13),
    shear: between(random, -0.22, 0.22),
    bend: randomBend(random),
  };
}

/** Two slow waves, up to about a pixel high. */
function randomBend(random: Random): NonNullable<Warp['bend']> {
  const wave = (): ((x: number, y: number) => number) => {
    const amplitude = between(random, 0, 1.1);
    const [alongX, alongY] = [between(random, -0.3, 0.3), between(random, -0.3, 0.3)];
    const phase = between(random, 0, 2 * Math.PI);
    return (x, y) => amplitude * Math.sin(alongX * x + alongY * y + phase);
  };
  const [waveX, waveY] = [wave(), wave()];
  return (x, y) => ({ dx: waveX(x, y), dy: waveY(x, y) });
}

function retouch(image: Float32Array, random: Random): Float32Array {
  let retouched = changeThickness(image, between(random, -0.75, 1));
  const style = random();
  if (style < 0.15) {
    retouched = binarize(retouched, between(random, 0.25, 0.55));
  } else if (style < 0.3) {
    retouched = soften(retouched);
  }
  return changeTone(retouched, between(random, 0.75, 1.15), between(random, 0.7, 1.4));
}
