import { atLeast, type Layer } from './layer.js';

/** Keeps the largest of every 2 × 2 pixels: `[N, channels, height, width] → [N, channels, height/2, width/2]`. */
export class MaxPoolingLayer implements Layer {
  readonly parameters = [];
  private output: Float32Array = new Float32Array(0);
  /** For each output, the input that it was taken from. */
  private sources = new Int32Array(0);
  private inputGradient: Float32Array = new Float32Array(0);

  /** Height and width are even. */
  constructor(
    private readonly channels: number,
    private readonly height: number,
    private readonly width: number,
  ) {}

  forward(input: Float32Array, batchSize: number): Float32Array {
    const outputLength = this.outputLength(batchSize);
    this.output = atLeast(this.output, outputLength);
    if (this.sources.length < outputLength) this.sources = new Int32Array(outputLength);
    const outputWidth = this.width / 2;
    for (let index = 0; index < outputLength; index++) {
      // Rows of all channels and examples follow each other, and pairs of them become one.
      const outputRow = Math.floor(index / outputWidth);
      const topLeft = outputRow * 2 * this.width + (index % outputWidth) * 2;
      const source = indexOfLargest(input, topLeft, topLeft + 1, topLeft + this.width);
      this.sources[index] = source;
      this.output[index] = input[source] ?? 0;
    }
    return this.output;
  }

  backward(outputGradient: Float32Array, batchSize: number): Float32Array {
    const outputLength = this.outputLength(batchSize);
    this.inputGradient = atLeast(this.inputGradient, outputLength * 4).fill(0);
    for (let index = 0; index < outputLength; index++) {
      this.inputGradient[this.sources[index] ?? 0] = outputGradient[index] ?? 0;
    }
    return this.inputGradient;
  }

  private outputLength(batchSize: number): number {
    return (batchSize * this.channels * this.height * this.width) / 4;
  }
}

/** The pixel right of `bottomLeft` is the fourth. */
function indexOfLargest(data: Float32Array, topLeft: number, topRight: number, bottomLeft: number): number {
  const top = (data[topLeft] ?? 0) >= (data[topRight] ?? 0) ? topLeft : topRight;
  const bottom = (data[bottomLeft] ?? 0) >= (data[bottomLeft + 1] ?? 0) ? bottomLeft : bottomLeft + 1;
  return (data[top] ?? 0) >= (data[bottom] ?? 0) ? top : bottom;
}
