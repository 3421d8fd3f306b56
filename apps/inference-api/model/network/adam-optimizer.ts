import type { Parameter } from './layer.js';

const MOMENTUM = 0.9;
const SQUARE_MOMENTUM = 0.999;
const SMALLEST_DIVISOR = 1e-8;

/**
 * Adam with decoupled weight decay (Kingma and Ba, 2015; Loshchilov and Hutter, "Decoupled Weight Decay
 * Regularization", 2019).
 */
export class AdamOptimizer {
  private readonly means: readonly Float32Array[];
  private readonly squareMeans: readonly Float32Array[];
  private steps = 0;

  /** @param weightDecay share of a value, times the learning rate, that each step takes away */
  constructor(
    private readonly parameters: readonly Parameter[],
    private readonly weightDecay: number,
  ) {
    this.means = parameters.map(({ values }) => new Float32Array(values.length));
    this.squareMeans = parameters.map(({ values }) => new Float32Array(values.length));
  }

  /** Changes the values against their gradients, and sets the gradients to 0 for the next batch. */
  step(learningRate: number): void {
    this.steps++;
    const meanCorrection = 1 - MOMENTUM ** this.steps;
    const squareCorrection = 1 - SQUARE_MOMENTUM ** this.steps;
    this.parameters.forEach(({ values, gradients }, index) => {
      const means = this.means[index] ?? new Float32Array(0);
      const squareMeans = this.squareMeans[index] ?? new Float32Array(0);
      for (let at = 0; at < values.length; at++) {
        const gradient = gradients[at] ?? 0;
        const mean = MOMENTUM * (means[at] ?? 0) + (1 - MOMENTUM) * gradient;
        const squareMean = SQUARE_MOMENTUM * (squareMeans[at] ?? 0) + (1 - SQUARE_MOMENTUM) * gradient ** 2;
        means[at] = mean;
        squareMeans[at] = squareMean;
        const direction =
          mean / meanCorrection / (Math.sqrt(squareMean / squareCorrection) + SMALLEST_DIVISOR);
        const value = values[at] ?? 0;
        values[at] = value - learningRate * (direction + this.weightDecay * value);
      }
      gradients.fill(0);
    });
  }
}
