/** What is remembered of batches of about one size. */
interface SizeClass {
  /** Which class it is: that of 2^exponent to 2^(exponent + 1) − 1 requests. */
  readonly exponent: number;
  /** How much the class counts: grows to `MOST_WEIGHT` with each batch in it, fades with each batch elsewhere. */
  weight: number;
  meanSize: number;
  meanTimeMs: number;
}

/** Batches of one class count as much as this many of them, so that a common size does not drown a rare one. */
const MOST_WEIGHT = 16;
/** What a class loses of its weight with each batch: after 140 batches elsewhere, half. */
const FADING = 0.995;
/** How much of a class's mean the newest batch makes, once the class is known. */
const WEIGHT_OF_NEWEST = 0.1;
const WEIGHT_OF_NEWEST_DEVIATION = 0.1;
/** A batch that took this many deviations more or less than expected counts as if it had taken just that. */
const MOST_DEVIATIONS = 3;
/** One of this many first batches that is far faster than those before it shows that they were a warm-up. */
const FIRST_BATCHES = 5;
/** Batches in a row that all took more than twice what was expected, or all less than half, show a change for good. */
const CHANGED_FROM_TIMES = 2;
/** How many such batches in a row it takes: where batches were steady, and where it may be chance. */
const BATCHES_OF_A_CHANGE = 5;
const BATCHES_OF_A_CHANGE_IN_NOISE = 8;
/** Batches are steady if this many were seen, and they deviate by no more than this share of the expected time. */
const STEADY_BATCHES = 20;
const STEADY_DEVIATION = 0.1;
/** What passes as ordinary is at least this share of the expected time, however steady the batches were. */
const LEAST_DEVIATION = 0.02;

/**
 * Learns how long a batch of n requests takes: S(n) = τ + αn, τ a batch's fixed time and α what each request adds.
 * The same linear model stands behind BentoML's and Clipper's batching; GPUs follow it well up to saturation.
 *
 * Batches are remembered by size class (1, 2–3, 4–7, …), each as a running mean, and the line is the weighted
 * least-squares fit through the classes. So recent batches weigh more; a long time at one size does not
 * erase what was learned at another; and an outlier is cut off at three mean deviations before it counts, yet a
 * change that stays is followed, since the deviation grows with it. A large one is followed at once: when a few batches
 * in a row have taken more than twice as long as expected, or less than half, all that is known is taken for as much
 * slower, or faster. Constant memory and time.
 */
export class CostCurve {
  /** Those that have been seen, the smallest first. */
  private readonly classes: SizeClass[] = [];
  private fixedMs = 0;
  private perRequestMs = 0;
  private deviationMs = 0;
  private observations = 0;
  /**
   * Of the latest batches that were all far slower, or all far faster, than expected: how many, and by how much at
   * least.
   */
  private changed = 0;
  private changedBy = 1;
  private batchesOfAChange = BATCHES_OF_A_CHANGE;

  /** How often all has been taken for slower than it was. */
  slowdowns = 0;

  /** Whether any batch has been seen. Before that every prediction is 0. */
  get isKnown(): boolean {
    return this.observations > 0;
  }

  /** τ: what a batch takes whatever its size, in milliseconds. */
  get fixedTimeMs(): number {
    return this.fixedMs;
  }

  /** α: what each request adds, in milliseconds. */
  get timePerRequestMs(): number {
    return this.perRequestMs;
  }

  /** S(n): how long a batch of `size` is expected to take, in milliseconds. */
  predictMs(size: number): number {
    return this.fixedMs + this.perRequestMs * size;
  }

  /** By how much a batch deviates from what is expected, in the mean, in milliseconds. */
  get meanDeviationMs(): number {
    return this.deviationMs;
  }

  /**
   * S(n) plus a margin of mean deviations, in milliseconds; a margin of two is rarely exceeded. A request alone has no
   * margin: nothing better can be done for it, so it is turned away only if it is expected to be late, not if it might.
   */
  predictSafelyMs(size: number, deviations: number): number {
    return size === 1 ? this.predictMs(1) : this.predictMs(size) + deviations * this.deviationMs;
  }

  /**
   * A batch of `size` has taken `timeMs`.
   *
   * @param isFirstInAWhile Whether what is known is old: it is forgotten then if the batch was faster than any ordinary
   *   one.
   */
  observe(size: number, timeMs: number, isFirstInAWhile = false): void {
    if (this.isOutdatedBy(size, timeMs, isFirstInAWhile)) this.startAnew();
    else this.followChange(timeMs, this.predictMs(size));
    const expectedMs = this.predictMs(size);
    const counted = this.observations < 2 ? timeMs : this.cutOff(timeMs, expectedMs);
    if (this.observations > 0) {
      // The deviation itself must be free to grow, or a change for good would be cut off for ever.
      const deviationMs = Math.abs(counted - expectedMs);
      this.deviationMs += WEIGHT_OF_NEWEST_DEVIATION * (deviationMs - this.deviationMs);
    }
    this.observations += 1;
    this.remember(size, counted);
    this.fit();
  }

  /** What has been seen so far was a warm-up, and what follows takes less than half of it; or it is long ago. */
  private isOutdatedBy(size: number, timeMs: number, isFirstInAWhile: boolean): boolean {
    const expectedMs = this.predictMs(size);
    if (timeMs < expectedMs / 2) return isFirstInAWhile || this.observations < FIRST_BATCHES;
    return isFirstInAWhile && timeMs < expectedMs - this.mostDeviationMs(expectedMs);
  }

  private startAnew(): void {
    this.classes.length = 0;
    this.observations = 0;
    this.deviationMs = 0;
    this.changed = 0;
  }

  private followChange(timeMs: number, expectedMs: number): void {
    const mostMs = this.mostDeviationMs(expectedMs);
    const isFarSlower = timeMs > CHANGED_FROM_TIMES * expectedMs && timeMs > expectedMs + mostMs;
    const isFarFaster = timeMs < expectedMs / CHANGED_FROM_TIMES && timeMs < expectedMs - mostMs;
    if (!isFarSlower && !isFarFaster) {
      this.changed = 0;
      return;
    }
    const times = timeMs / expectedMs;
    if (this.changed > 0 && isFarSlower === this.changedBy > 1) {
      this.changed += 1;
      this.changedBy = isFarSlower ? Math.min(times, this.changedBy) : Math.max(times, this.changedBy);
    } else {
      this.changed = 1;
      this.changedBy = times;
      const isSteady =
        this.observations >= STEADY_BATCHES && this.deviationMs <= STEADY_DEVIATION * expectedMs;
      this.batchesOfAChange = isSteady ? BATCHES_OF_A_CHANGE : BATCHES_OF_A_CHANGE_IN_NOISE;
    }
    if (this.changed >= this.batchesOfAChange) this.takeForChanged(this.changedBy);
  }

  /** From now on all batches are expected to take `times` as long as they did. */
  private takeForChanged(times: number): void {
    if (times === 0 || times === Infinity) {
      this.startAnew();
      return;
    }
    for (const known of this.classes) known.meanTimeMs *= times;
    this.fixedMs *= times;
    this.perRequestMs *= times;
    this.deviationMs *= times;
    this.changed = 0;
    if (times > 1) this.slowdowns += 1;
  }

  private cutOff(timeMs: number, expectedMs: number): number {
    const mostMs = this.mostDeviationMs(expectedMs);
    return Math.min(Math.max(timeMs, expectedMs - mostMs), expectedMs + mostMs);
  }

  /** By how much an ordinary batch may be faster or slower than expected. */
  private mostDeviationMs(expectedMs: number): number {
    return MOST_DEVIATIONS * Math.max(this.deviationMs, LEAST_DEVIATION * expectedMs);
  }

  private remember(size: number, timeMs: number): void {
    const exponent = 31 - Math.clz32(size);
    const known = this.fade(exponent) ?? this.startClass(exponent, size, timeMs);
    // The first few count alike; from then on each newest one counts the same.
    const share = Math.max(WEIGHT_OF_NEWEST, 1 / (known.weight + 1));
    known.weight = Math.min(MOST_WEIGHT, known.weight + 1);
    known.meanSize += share * (size - known.meanSize);
    known.meanTimeMs += share * (timeMs - known.meanTimeMs);
  }

  /** All classes lose some of their weight. Tells the one of this exponent, if it has been seen. */
  private fade(exponent: number): SizeClass | undefined {
    let found: SizeClass | undefined;
    for (const known of this.classes) {
      known.weight *= FADING;
      if (known.exponent === exponent) found = known;
    }
    return found;
  }

  private startClass(exponent: number, size: number, timeMs: number): SizeClass {
    const started = { exponent, weight: 0, meanSize: size, meanTimeMs: timeMs };
    const larger = this.classes.findIndex((known) => known.exponent > exponent);
    this.classes.splice(larger === -1 ? this.classes.length : larger, 0, started);
    return started;
  }

  private fit(): void {
    let weights = 0;
    let sizes = 0;
    let times = 0;
    for (const known of this.classes) {
      weights += known.weight;
      sizes += known.weight * known.meanSize;
      times += known.weight * known.meanTimeMs;
    }
    const meanSize = sizes / weights;
    const meanTimeMs = times / weights;
    let variance = 0;
    let covariance = 0;
    for (const known of this.classes) {
      const distance = known.meanSize - meanSize;
      variance += known.weight * distance * distance;
      covariance += known.weight * distance * (known.meanTimeMs - meanTimeMs);
    }
    // One size alone says nothing of the slope; and neither part of the time can be negative.
    const steepest = meanTimeMs / meanSize;
    const slope = variance === 0 ? 0 : covariance / variance;
    this.perRequestMs = Math.min(Math.max(slope, 0), steepest);
    this.fixedMs = meanTimeMs - this.perRequestMs * meanSize;
  }
}
