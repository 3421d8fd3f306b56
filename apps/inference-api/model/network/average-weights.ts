import type { Parameter } from './layer.js';

/**
 * A running mean of the weights along the way of training. It generalizes better than the last step, which
 * still carries the noise of the last few batches (Polyak and Juditsky, 1992).
 */
export class AverageWeights {
  private readonly averages: readonly Float32Array[];
  private updates = 0;

  /** @param memory share of the old mean that each update keeps, 0 to 1 */
  constructor(
    private readonly parameters: readonly Parameter[],
    private readonly memory: number,
  ) {
    this.averages = parameters.map(({ values }) => values.slice());
  }

  /** To be called after each step of the optimizer. */
  update(): void {
    this.updates++;
    // Early on the mean has a shorter memory, so that it forgets the random start.
    const memory = Math.min(this.memory, this.updates / (this.updates + 10));
    this.averages.forEach((average, index) => {
      const values = this.parameters[index]?.values ?? average;
      for (let at = 0; at < average.length; at++) {
        average[at] = memory * (average[at] ?? 0) + (1 - memory) * (values[at] ?? 0);
      }
    });
  }

  /** Runs `action` with the mean in place of the weights, then puts the weights back. */
  during<Result>(action: () => Result): Result {
    const current = this.parameters.map(({ values }) => values.slice());
    this.apply();
    try {
      return action();
    } finally {
      this.parameters.forEach(({ values }, index) => values.set(current[index] ?? values));
    }
  }

  /** Makes the mean the weights, for good. */
  apply(): void {
    this.parameters.forEach(({ values }, index) => values.set(this.averages[index] ?? values));
  }
}
