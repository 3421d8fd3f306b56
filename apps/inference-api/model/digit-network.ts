import { DIGIT_PIXELS, DIGIT_SIZE } from '../digit-image/grey-image.js';
import { createRandom } from '../digit-image/seeded-random.js';
import { ConvolutionLayer } from './network/convolution-layer.js';
import { DenseLayer } from './network/dense-layer.js';
import { DropoutLayer } from './network/dropout-layer.js';
import type { Layer, Parameter } from './network/layer.js';
import { MaxPoolingLayer } from './network/max-pooling-layer.js';
import { ReluLayer } from './network/relu-layer.js';

/** Number of classes: the digits 0–9. */
export const DIGIT_CLASSES = 10;

const FIRST_CHANNELS = 8;
const SECOND_CHANNELS = 32;
const HIDDEN_UNITS = 64;
const DROPOUT_RATE = 0.3;

/**
 * The model: `image [N, 1, 28, 28] → logits [N, 10]`, by two rounds of convolution, ReLU and max pooling and
 * two dense layers.
 */
export class DigitNetwork {
  readonly firstConvolution: ConvolutionLayer;
  readonly secondConvolution: ConvolutionLayer;
  readonly hidden: DenseLayer;
  readonly classifier: DenseLayer;
  readonly parameters: readonly Parameter[];
  private readonly layers: readonly Layer[];

  /** @param seed of the weights it starts with and of the dropout in training */
  constructor(seed: number) {
    const random = createRandom(seed);
    const size = DIGIT_SIZE;
    const [half, quarter] = [size / 2, size / 4];
    this.firstConvolution = new ConvolutionLayer(
      { channels: 1, outputChannels: FIRST_CHANNELS, kernelSize: 5, height: size, width: size },
      random,
      false,
    );
    this.secondConvolution = new ConvolutionLayer(
      { channels: FIRST_CHANNELS, outputChannels: SECOND_CHANNELS, kernelSize: 3, height: half, width: half },
      random,
    );
    const features = SECOND_CHANNELS * quarter ** 2;
    this.hidden = new DenseLayer(features, HIDDEN_UNITS, random);
    this.classifier = new DenseLayer(HIDDEN_UNITS, DIGIT_CLASSES, random);
    this.layers = [
      this.firstConvolution,
      new ReluLayer(FIRST_CHANNELS * size ** 2),
      new MaxPoolingLayer(FIRST_CHANNELS, size, size),
      this.secondConvolution,
      new ReluLayer(SECOND_CHANNELS * half ** 2),
      new MaxPoolingLayer(SECOND_CHANNELS, half, half),
      new DropoutLayer(features, DROPOUT_RATE, random),
      this.hidden,
      new ReluLayer(HIDDEN_UNITS),
      this.classifier,
    ];
    this.parameters = this.layers.flatMap(({ parameters }) => parameters);
  }

  /** @param images `[N, 1, 28, 28]`, 0 to 1. @returns logits `[N, 10]`, overwritten by the next call */
  forward(images: Float32Array, training = false): Float32Array {
    const batchSize = images.length / DIGIT_PIXELS;
    let values = images;
    for (const layer of this.layers) {
      values = layer.forward(values, batchSize, training);
    }
    return values.subarray(0, batchSize * DIGIT_CLASSES);
  }

  /** Adds to the gradients of `parameters`, for the batch of the last `forward`. */
  backward(logitGradient: Float32Array): void {
    const batchSize = logitGradient.length / DIGIT_CLASSES;
    let gradient = logitGradient;
    for (const layer of this.layers.toReversed()) {
      gradient = layer.backward(gradient, batchSize);
    }
  }
}
