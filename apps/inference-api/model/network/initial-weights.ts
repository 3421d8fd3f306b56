import { gaussian, type Random } from '../../digit-image/seeded-random.js';

/**
 * Random weights that keep the spread of values from layer to layer where ReLU follows: normal with variance
 * 2 / `inputs` (He et al., "Delving Deep into Rectifiers", 2015).
 *
 * @param count number of weights
 * @param inputs number of values that each output is summed from
 */
export function initialWeights(random: Random, count: number, inputs: number): Float32Array {
  return Float32Array.from({ length: count }, () => gaussian(random) * Math.sqrt(2 / inputs));
}
