import { atLeast, type Layer } from './layer.js';

/** Replaces what is below 0 by 0. */
export class ReluLayer implements Layer {
  readonly parameters = [];
  private output: Float32Array = new Float32Array(0);
  private inputGradient: Float32Array = new Float32Array(0);

  /** @param length number of values an example has */
  constructor(private readonly length: number) {}

  forward(input: Float32Array, batchSize: number): Float32Array {
    const length = batchSize * this.length;
    this.output = atLeast(this.output, length);
    for (let index = 0; index < length; index++) {
      this.output[index] = Math.max(0, input[index] ?? 0);
    }
    return this.output;
  }

  backward(outputGradient: Float32Array, batchSize: number): Float32Array {
    const length = batchSize * this.length;
    this.inputGradient = atLeast(this.inputGradient, length);
    for (let index = 0; index < length; index++) {
      this.inputGradient[index] = (this.output[index] ?? 0) > 0 ? (outputGradient[index] ?? 0) : 0;
    }
    return this.inputGradient;
  }
}
