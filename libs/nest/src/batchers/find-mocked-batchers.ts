import { DynamicBatcher } from 'nestjs-batching/core';
import { batcherNameOfToken } from './batcher.tokens.js';
import type { DiscoveredProvider } from '../discovery/discovered-provider.js';

/**
 * The batchers in whose place a test has put something else than a `DynamicBatcher`. `@InjectBatcher()` gives that out;
 * a `@Batched()` method needs more of a batcher than what a test thinks of.
 */
export function findMockedBatchers(providers: readonly DiscoveredProvider[]): ReadonlySet<string> {
  return new Set(
    providers.flatMap(({ token, instance }) => {
      const name = batcherNameOfToken(token);
      const isMock = instance !== undefined && instance !== null && !(instance instanceof DynamicBatcher);
      return name !== undefined && isMock ? [name] : [];
    }),
  );
}
