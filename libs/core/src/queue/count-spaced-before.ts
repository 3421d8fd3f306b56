import type { QueueEntry } from './queue-entry.js';
import type { RequestLine } from './request-line.js';

/**
 * How many of `size` come before the one at a position, as if they stood evenly spaced from the first position to the
 * last, both of which are taken; an estimate.
 */
export function countSpacedBefore(position: number, first: number, last: number, size: number): number {
  if (position === first) return 0;
  return Math.floor(((size - 1) * (position - first)) / (last - first));
}

/** How many of a line came before this time, as if they had come evenly spaced. */
export function countSpacedBeforeTime(
  timeMs: number,
  { size, oldest, newestAtMs }: Pick<RequestLine<QueueEntry>, 'size' | 'oldest' | 'newestAtMs'>,
): number {
  if (oldest === undefined || oldest.enqueuedAtMs > timeMs) return 0;
  if (newestAtMs <= timeMs) return size;
  const share = (timeMs - oldest.enqueuedAtMs) / (newestAtMs - oldest.enqueuedAtMs);
  return Math.ceil(share * size);
}
