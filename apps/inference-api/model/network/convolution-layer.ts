import type { Random } from '../../digit-image/seeded-random.js';
import { addPatches, copyPatches, type PatchGeometry } from './image-patches.js';
import { initialWeights } from './initial-weights.js';
import { atLeast, createParameter, type Layer, type Parameter } from './layer.js';
import { addProduct, matrix, transposed, type ProductSize } from './matrix.js';

/** What a convolution reads and writes. */
export interface ConvolutionShape extends PatchGeometry {
  readonly outputChannels: number;
}

/**
 * Convolution with stride 1 that keeps the image's size by zero padding:
 * `input [N, channels, height, width] → [N, outputChannels, height, width]`.
 *
 * Each image's patches are laid out as the columns of a matrix ("im2col"); the rest is matrix products.
 */
export class ConvolutionLayer implements Layer {
  /** `[outputChannels, channels, kernelSize, kernelSize]` */
  readonly weights: Parameter;
  /** `[outputChannels]` */
  readonly bias: Parameter;
  readonly parameters: readonly Parameter[];
  private readonly pixels: number;
  private readonly patchLength: number;
  private readonly patches: Float32Array;
  private readonly patchGradients: Float32Array;
  private input: Float32Array = new Float32Array(0);
  private output: Float32Array = new Float32Array(0);
  private inputGradient: Float32Array = new Float32Array(0);

  /** @param needsInputGradient false for a network's first layer: nothing learns from its input's gradient */
  constructor(
    readonly shape: ConvolutionShape,
    random: Random,
    private readonly needsInputGradient = true,
  ) {
    this.pixels = shape.height * shape.width;
    this.patchLength = shape.channels * shape.kernelSize ** 2;
    const weights = initialWeights(random, shape.outputChannels * this.patchLength, this.patchLength);
    this.weights = createParameter(weights);
    this.bias = createParameter(new Float32Array(shape.outputChannels));
    this.parameters = [this.weights, this.bias];
    this.patches = new Float32Array(this.patchLength * this.pixels);
    this.patchGradients = new Float32Array(this.patchLength * this.pixels);
  }

  forward(input: Float32Array, batchSize: number): Float32Array {
    const { shape, pixels, patchLength } = this;
    this.input = input;
    this.output = atLeast(this.output, batchSize * shape.outputChannels * pixels);
    for (let example = 0; example < batchSize; example++) {
      const outputOffset = example * shape.outputChannels * pixels;
      for (let channel = 0; channel < shape.outputChannels; channel++) {
        const start = outputOffset + channel * pixels;
        this.output.fill(this.bias.values[channel] ?? 0, start, start + pixels);
      }
      copyPatches(input, example * shape.channels * pixels, this.patches, shape);
      addProduct(
        matrix(this.weights.values, patchLength),
        matrix(this.patches, pixels),
        matrix(this.output, pixels, outputOffset),
        { rows: shape.outputChannels, inner: patchLength, columns: pixels },
      );
    }
    return this.output;
  }

  /** All 0 where the input gradient is not needed. */
  backward(outputGradient: Float32Array, batchSize: number): Float32Array {
    const { shape, pixels } = this;
    const inputLength = shape.channels * pixels;
    this.inputGradient = atLeast(this.inputGradient, batchSize * inputLength).fill(0);
    for (let example = 0; example < batchSize; example++) {
      this.addParameterGradients(outputGradient, example);
      if (this.needsInputGradient) this.addInputGradient(outputGradient, example);
    }
    return this.inputGradient;
  }

  private addParameterGradients(outputGradient: Float32Array, example: number): void {
    const { shape, pixels, patchLength } = this;
    const offset = example * shape.outputChannels * pixels;
    copyPatches(this.input, example * shape.channels * pixels, this.patches, shape);
    addProduct(
      matrix(outputGradient, pixels, offset),
      transposed(matrix(this.patches, pixels)),
      matrix(this.weights.gradients, patchLength),
      { rows: shape.outputChannels, inner: pixels, columns: patchLength },
    );
    for (let channel = 0; channel < shape.outputChannels; channel++) {
      let sum = this.bias.gradients[channel] ?? 0;
      for (let pixel = 0; pixel < pixels; pixel++) {
        sum += outputGradient[offset + channel * pixels + pixel] ?? 0;
      }
      this.bias.gradients[channel] = sum;
    }
  }

  private addInputGradient(outputGradient: Float32Array, example: number): void {
    const { shape, pixels, patchLength } = this;
    const size: ProductSize = { rows: patchLength, inner: shape.outputChannels, columns: pixels };
    addProduct(
      transposed(matrix(this.weights.values, patchLength)),
      matrix(outputGradient, pixels, example * shape.outputChannels * pixels),
      matrix(this.patchGradients.fill(0), pixels),
      size,
    );
    addPatches(this.patchGradients, this.inputGradient, example * shape.channels * pixels, shape);
  }
}
