import { createRandom } from '../../digit-image/seeded-random.js';
import { AdamOptimizer } from './adam-optimizer.js';
import { AverageWeights } from './average-weights.js';
import { crossEntropy } from './cross-entropy.js';
import { DenseLayer } from './dense-layer.js';
import { createParameter, type Layer } from './layer.js';
import { ReluLayer } from './relu-layer.js';

describe('AdamOptimizer', () => {
  it('makes a small network learn what no single layer can (exclusive or)', () => {
    const layers: readonly Layer[] = [
      new DenseLayer(2, 8, createRandom(1)),
      new ReluLayer(8),
      new DenseLayer(8, 2, createRandom(2)),
    ];
    const optimizer = new AdamOptimizer(
      layers.flatMap(({ parameters }) => parameters),
      0,
    );
    const inputs = Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1);
    const labels = Uint8Array.of(0, 1, 1, 0);
    let loss = Infinity;
    for (let step = 0; step < 500; step++) {
      const logits = layers.reduce<Float32Array>((values, layer) => layer.forward(values, 4, true), inputs);
      const { mean, gradient } = crossEntropy(logits, labels, 2);
      layers.reduceRight<Float32Array>((values, layer) => layer.backward(values, 4), gradient);
      optimizer.step(0.02);
      loss = mean;
    }
    expect(loss).toBeLessThan(0.05);
  });

  it('moves by about the learning rate, however large the gradient', () => {
    const parameter = createParameter(Float32Array.of(1, 1));
    parameter.gradients.set([1e-3, -1e3]);
    new AdamOptimizer([parameter], 0).step(0.1);
    expect(parameter.values[0]).toBeCloseTo(0.9);
    expect(parameter.values[1]).toBeCloseTo(1.1);
  });

  it('forgets the gradients after a step', () => {
    const parameter = createParameter(Float32Array.of(1));
    parameter.gradients.fill(5);
    new AdamOptimizer([parameter], 0).step(0.1);
    expect(parameter.gradients[0]).toBe(0);
  });

  it('lets weights decay without any gradient', () => {
    const parameter = createParameter(Float32Array.of(2));
    new AdamOptimizer([parameter], 0.5).step(0.1);
    expect(parameter.values[0]).toBeCloseTo(1.9);
  });
});

describe('AverageWeights', () => {
  it('lends its mean for a while and gives the weights back', () => {
    const parameter = createParameter(Float32Array.of(0));
    const average = new AverageWeights([parameter], 0.9);
    for (let step = 0; step < 200; step++) {
      parameter.values.fill(step % 2 === 0 ? 1 : 3);
      average.update();
    }
    expect(average.during(() => parameter.values[0] ?? 0)).toBeCloseTo(2, 0);
    expect(parameter.values[0]).toBe(3);
    average.apply();
    expect(parameter.values[0]).toBeCloseTo(2, 0);
  });
});
