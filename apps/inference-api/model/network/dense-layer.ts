import type { Random } from '../../digit-image/seeded-random.js';
import { initialWeights } from './initial-weights.js';
import { atLeast, createParameter, type Layer, type Parameter } from './layer.js';
import { addProduct, matrix, transposed } from './matrix.js';

/** Fully connected: `input [N, inputs] · weightsᵀ + bias → [N, outputs]`. */
export class DenseLayer implements Layer {
  /** `[outputs, inputs]` */
  readonly weights: Parameter;
  /** `[outputs]` */
  readonly bias: Parameter;
  readonly parameters: readonly Parameter[];
  private input: Float32Array = new Float32Array(0);
  private output: Float32Array = new Float32Array(0);
  private inputGradient: Float32Array = new Float32Array(0);

  constructor(
    readonly inputs: number,
    readonly outputs: number,
    random: Random,
  ) {
    this.weights = createParameter(initialWeights(random, inputs * outputs, inputs));
    this.bias = createParameter(new Float32Array(outputs));
    this.parameters = [this.weights, this.bias];
  }

  forward(input: Float32Array, batchSize: number): Float32Array {
    const { inputs, outputs } = this;
    this.input = input;
    this.output = atLeast(this.output, batchSize * outputs);
    for (let row = 0; row < batchSize; row++) {
      this.output.set(this.bias.values, row * outputs);
    }
    addProduct(
      matrix(input, inputs),
      transposed(matrix(this.weights.values, inputs)),
      matrix(this.output, outputs),
      { rows: batchSize, inner: inputs, columns: outputs },
    );
    return this.output;
  }

  backward(outputGradient: Float32Array, batchSize: number): Float32Array {
    const { inputs, outputs } = this;
    addProduct(
      transposed(matrix(outputGradient, outputs)),
      matrix(this.input, inputs),
      matrix(this.weights.gradients, inputs),
      { rows: outputs, inner: batchSize, columns: inputs },
    );
    for (let index = 0; index < batchSize * outputs; index++) {
      const unit = index % outputs;
      this.bias.gradients[unit] = (this.bias.gradients[unit] ?? 0) + (outputGradient[index] ?? 0);
    }
    this.inputGradient = atLeast(this.inputGradient, batchSize * inputs).fill(0);
    addProduct(
      matrix(outputGradient, outputs),
      matrix(this.weights.values, inputs),
      matrix(this.inputGradient, inputs),
      { rows: batchSize, inner: outputs, columns: inputs },
    );
    return this.inputGradient;
  }
}
