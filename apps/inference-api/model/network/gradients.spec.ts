import { createRandom, shuffled } from '../../digit-image/seeded-random.js';
import { ConvolutionLayer } from './convolution-layer.js';
import { crossEntropy } from './cross-entropy.js';
import { DenseLayer } from './dense-layer.js';
import { DropoutLayer } from './dropout-layer.js';
import type { Layer } from './layer.js';
import { MaxPoolingLayer } from './max-pooling-layer.js';
import { ReluLayer } from './relu-layer.js';

const batchSize = 3;
const random = createRandom(11);

interface Case {
  readonly name: string;
  readonly layer: Layer;
  readonly inputs: number;
  readonly outputs: number;
}

const cases: readonly Case[] = [
  { name: 'dense layer', layer: new DenseLayer(7, 5, random), inputs: 7, outputs: 5 },
  {
    name: 'convolution',
    layer: new ConvolutionLayer(
      { channels: 2, outputChannels: 5, kernelSize: 3, height: 6, width: 4 },
      random,
    ),
    inputs: 48,
    outputs: 120,
  },
  {
    name: 'convolution with a wide kernel',
    layer: new ConvolutionLayer(
      { channels: 1, outputChannels: 2, kernelSize: 5, height: 6, width: 6 },
      random,
    ),
    inputs: 36,
    outputs: 72,
  },
  { name: 'ReLU', layer: new ReluLayer(9), inputs: 9, outputs: 9 },
  { name: 'max pooling', layer: new MaxPoolingLayer(2, 4, 6), inputs: 48, outputs: 12 },
];

describe.each(cases)('the gradient of the $name', ({ layer, inputs, outputs }) => {
  const input = randomArray(batchSize * inputs);
  const outputGradient = randomArray(batchSize * outputs);
  const loss = (): number => {
    const output = layer.forward(input, batchSize, true);
    return outputGradient.reduce((sum, gradient, index) => sum + gradient * (output[index] ?? 0), 0);
  };

  it('is how much the output changes with its input', () => {
    layer.forward(input, batchSize, true);
    const gradient = layer.backward(outputGradient, batchSize).slice(0, input.length);
    expectSameGradient(gradient, input, loss);
  });

  it('is how much the output changes with its parameters, added to what was there', () => {
    for (const { values, gradients } of layer.parameters) {
      gradients.fill(100);
      layer.forward(input, batchSize, true);
      layer.backward(outputGradient, batchSize);
      expectSameGradient(
        gradients.map((gradient) => gradient - 100),
        values,
        loss,
      );
    }
  });

  it('stays right when a shorter batch follows a longer one', () => {
    const first = layer.forward(input, batchSize, true).slice(0, outputs);
    const alone = layer.forward(input.slice(0, inputs), 1, true).slice(0, outputs);
    expect(alone).toEqual(first);
  });
});

describe('crossEntropy', () => {
  it('has the gradient that a small change of each logit shows', () => {
    const logits = randomArray(12);
    const labels = Uint8Array.of(2, 0, 3);
    const { gradient } = crossEntropy(logits, labels, 4);
    expectSameGradient(gradient, logits, () => crossEntropy(logits, labels, 4).mean);
  });

  it('is ln(classes) for a clueless guess and nearly 0 for a sure and right one', () => {
    expect(crossEntropy(new Float32Array(4), Uint8Array.of(1), 4).mean).toBeCloseTo(Math.log(4));
    expect(crossEntropy(Float32Array.of(0, 1000, 0, 0), Uint8Array.of(1), 4).mean).toBeCloseTo(0);
  });
});

describe('dropout', () => {
  it('changes nothing outside of training', () => {
    const input = randomArray(50);
    expect(new DropoutLayer(50, 0.5, createRandom(1)).forward(input, 1, false)).toBe(input);
  });

  it('silences some values, keeps the mean, and passes gradients where it passed values', () => {
    const layer = new DropoutLayer(10_000, 0.3, createRandom(1));
    const ones = new Float32Array(10_000).fill(1);
    const output = layer.forward(ones, 1, true).slice();
    expect(output.filter((value) => value === 0).length / 10_000).toBeCloseTo(0.3, 1);
    expect(output.reduce((sum, value) => sum + value, 0) / 10_000).toBeCloseTo(1, 1);
    expect(layer.backward(ones, 1)).toEqual(output);
  });
});

function expectSameGradient(gradient: Float32Array, variables: Float32Array, loss: () => number): void {
  const step = 1e-2;
  gradient.forEach((expected, index) => {
    const value = variables[index] ?? 0;
    variables[index] = value + step;
    const above = loss();
    variables[index] = value - step;
    const below = loss();
    variables[index] = value;
    expect(Math.abs((above - below) / (2 * step) - expected)).toBeLessThan(2e-3 * (1 + Math.abs(expected)));
  });
}

/** In random order, evenly spaced and never 0: ReLU and pooling have kinks where values are 0 or equal. */
function randomArray(length: number): Float32Array {
  const order = shuffled(random, Array(length).keys());
  return Float32Array.from(order, (rank) => (rank + 0.75 - length / 2) * 0.05);
}
