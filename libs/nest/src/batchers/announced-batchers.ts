import type { DiscoveryService } from '@nestjs/core';
import { declarationOf, declaredProcessorNames } from './batch-processor.decorator.js';
import { batcherNameOfToken, DEFAULT_BATCHER_NAME, getProcessorToken } from './batcher.tokens.js';

/** What an app's modules tell of its batchers before Nest has made any. */
export interface AnnouncedBatchers {
  /** Those that there will be, in alphabetical order. */
  readonly certain: readonly string[];
  /** These, and those of which it only turns out when Nest makes them. No other ones come with the start. */
  readonly possible: ReadonlySet<string>;
}

/** Looks through the providers of an app for its batchers: by their tokens, and by the classes of their processors. */
export function findAnnouncedBatchers(discovery: Pick<DiscoveryService, 'getProviders'>): AnnouncedBatchers {
  const providers = discovery.getProviders();
  const registered = providers.flatMap(({ token }) => batcherNameOfToken(token) ?? []);
  const provided = providers.flatMap(({ token, metatype }) =>
    [token, metatype].flatMap((candidate) => declarationOf(candidate)?.name ?? []),
  );
  // `forRoot` has a token for each class that was declared anywhere in the process, and for a default batcher.
  const declaredAnywhere = declaredProcessorNames();
  const hasDefault = providers.some(
    ({ token, instance }) => token === getProcessorToken(DEFAULT_BATCHER_NAME) && instance !== undefined,
  );
  const ofModules = registered.filter(
    (name) => !declaredAnywhere.includes(name) && (name !== DEFAULT_BATCHER_NAME || hasDefault),
  );
  return {
    certain: [...new Set([...ofModules, ...provided])].sort(),
    possible: new Set([...registered, ...provided, ...declaredAnywhere]),
  };
}
