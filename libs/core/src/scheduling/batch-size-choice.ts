import type { ResolvedBatchingConfig } from '../config/batching-config.js';
import type { CostCurve } from '../learned/cost-curve.js';

type SizeOptions = Pick<ResolvedBatchingConfig, 'maxBatchSize' | 'allowedBatchSizes' | 'padding'>;

/** The most requests that a batch can hold: the largest allowed size, where sizes are restricted. */
export function largestBatchSize({ maxBatchSize, allowedBatchSizes }: SizeOptions): number {
  return allowedBatchSizes === undefined ? maxBatchSize : Math.max(...allowedBatchSizes);
}

/** The size at which a batch of `size` runs: the next allowed one, or its own where sizes are not restricted. */
export function paddedBatchSize(
  size: number,
  { allowedBatchSizes }: Partial<Pick<SizeOptions, 'allowedBatchSizes'>>,
): number {
  if (allowedBatchSizes === undefined) return size;
  let padded = Infinity;
  for (const allowed of allowedBatchSizes) {
    if (allowed >= size && allowed < padded) padded = allowed;
  }
  return padded === Infinity ? size : padded;
}

/**
 * How many of the `available` requests to take. Between two allowed sizes: all of them, padded up to the larger,
 * or as many as the smaller holds, whichever costs less per request by the learned S(n), unless `padding` says.
 */
export function chooseBatchSize(available: number, options: SizeOptions, curve: CostCurve): number {
  const most = Math.min(available, largestBatchSize(options));
  const { allowedBatchSizes, padding } = options;
  if (allowedBatchSizes === undefined || allowedBatchSizes.includes(most)) return most;
  let smaller = 0;
  for (const allowed of allowedBatchSizes) {
    if (allowed < most && allowed > smaller) smaller = allowed;
  }
  if (smaller === 0 || padding === 'up') return most;
  if (padding === 'down') return smaller;
  const timePerRequestUpMs = curve.predictMs(paddedBatchSize(most, options)) / most;
  const timePerRequestDownMs = curve.predictMs(smaller) / smaller;
  return timePerRequestDownMs < timePerRequestUpMs ? smaller : most;
}

/**
 * How many mean deviations longer than expected a batch is assumed to take, where nobody may be late for it.
 */
const SAFE_DEVIATIONS = 2;

/** How long a batch of `size` takes at most, as a rule, at the size at which it really runs. */
export function safeBatchTimeMs(
  size: number,
  options: SizeOptions,
  curve: CostCurve,
  deviations = SAFE_DEVIATIONS,
): number {
  return curve.predictSafelyMs(paddedBatchSize(size, options), deviations);
}

/** How long a batch of `size` is expected to take, at the size at which it really runs. */
export function expectedBatchTimeMs(size: number, options: SizeOptions, curve: CostCurve): number {
  return curve.predictMs(paddedBatchSize(size, options));
}
