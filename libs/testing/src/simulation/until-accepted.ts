import type { DynamicBatcher } from 'nestjs-batching/core';
import { nextTurn } from './next-turn.js';

/**
 * Resolves when the batcher has accepted that many requests since it was made, whatever became of them. For requests
 * that come over a network, whose time no manual clock can move.
 *
 * @param count An integer from 0. A batcher that never gets as many is waited for until the test runs out of time.
 */
export async function untilAccepted(
  batcher: Pick<DynamicBatcher<never, unknown>, 'getStatistics'>,
  count: number,
): Promise<void> {
  while (batcher.getStatistics().requests.accepted < count) {
    await nextTurn();
  }
}
