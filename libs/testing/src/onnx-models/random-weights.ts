import type { SeededRandom } from '../simulation/seeded-random.js';

/**
 * Weights for a layer of `inputs` inputs, uniformly distributed with variance `2 / inputs` (He et al. 2015), so
 * that what goes through many layers neither fades nor explodes.
 */
export function randomWeights(random: SeededRandom, inputs: number, count: number): Float32Array {
  const limit = Math.sqrt(6 / inputs);
  const weights = new Float32Array(count);
  for (let index = 0; index < count; index += 1) weights[index] = (2 * random.next() - 1) * limit;
  return weights;
}
