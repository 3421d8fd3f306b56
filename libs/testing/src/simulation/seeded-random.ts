/**
 * Pseudo-random numbers for simulations and tests: the same seed gives the same sequence in every JavaScript
 * engine. Not for secrets.
 *
 * The generator is sfc32 of Chris Doty-Humphrey's PractRand: 128 bits of state, of which 32 count up, so no
 * seed leads into a short cycle.
 */
export class SeededRandom {
  private a: number;
  private b = 0x9e3779b9 | 0;
  private c = 0x243f6a88 | 0;
  private counter = 1;

  /**
   * Begins a sequence.
   *
   * @param seed Any integer; its lowest 32 bits count.
   */
  constructor(seed: number) {
    this.a = seed | 0;
    // Seeds that differ in one bit only must not begin alike.
    for (let round = 0; round < WARM_UP_ROUNDS; round += 1) this.nextInteger();
  }

  /** A number from 0 up to but not including 1, in steps of 2⁻³². */
  next(): number {
    return (this.nextInteger() >>> 0) / 2 ** 32;
  }

  /** An integer from 0 up to but not including `below`. */
  integer(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** True as often as `probability` (0 to 1) says. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A waiting time without memory: exponentially distributed around `mean`. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.next());
  }

  /** A number of the normal distribution around 0 with standard deviation 1 (Box and Muller). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  /**
   * A positive number whose logarithm is normally distributed.
   *
   * @param mean The mean of the numbers themselves.
   * @param deviation The standard deviation of their logarithm; about their relative spread while it is small.
   */
  logNormal(mean: number, deviation: number): number {
    return mean * Math.exp(deviation * this.normal() - deviation ** 2 / 2);
  }

  /**
   * A waiting time that is mostly short and sometimes very long: Pareto's distribution moved to begin at 0
   * (Lomax).
   *
   * @param shape The tail's exponent, above 1 or there is no mean; at 2 and below the variance is infinite.
   */
  heavyTail(mean: number, shape: number): number {
    return mean * (shape - 1) * ((1 - this.next()) ** (-1 / shape) - 1);
  }

  /** A sequence of its own, so that two parts of a simulation do not disturb each other's numbers. */
  split(): SeededRandom {
    return new SeededRandom(this.nextInteger());
  }

  private nextInteger(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum;
  }
}

const WARM_UP_ROUNDS = 16;
