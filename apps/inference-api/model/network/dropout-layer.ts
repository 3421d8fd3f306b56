import type { Random } from '../../digit-image/seeded-random.js';
import { atLeast, type Layer } from './layer.js';

/**
 * While training, silences each value with probability `rate` and strengthens the others to make up for it, so
 * that the network relies on no single one; otherwise changes nothing (Srivastava et al., "Dropout", 2014).
 */
export class DropoutLayer implements Layer {
  readonly parameters = [];
  private factors: Float32Array = new Float32Array(0);
  private output: Float32Array = new Float32Array(0);
  private inputGradient: Float32Array = new Float32Array(0);

  /** @param length number of values an example has; `rate` from 0 up to but not including 1 */
  constructor(
    private readonly length: number,
    private readonly rate: number,
    private readonly random: Random,
  ) {}

  forward(input: Float32Array, batchSize: number, training: boolean): Float32Array {
    if (!training) {
      return input;
    }
    const length = batchSize * this.length;
    this.factors = atLeast(this.factors, length);
    this.output = atLeast(this.output, length);
    for (let index = 0; index < length; index++) {
      const factor = this.random() < this.rate ? 0 : 1 / (1 - this.rate);
      this.factors[index] = factor;
      this.output[index] = (input[index] ?? 0) * factor;
    }
    return this.output;
  }

  backward(outputGradient: Float32Array, batchSize: number): Float32Array {
    const length = batchSize * this.length;
    this.inputGradient = atLeast(this.inputGradient, length);
    for (let index = 0; index < length; index++) {
      this.inputGradient[index] = (outputGradient[index] ?? 0) * (this.factors[index] ?? 0);
    }
    return this.inputGradient;
  }
}
