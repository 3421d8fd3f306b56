import type { DiscoveryService } from '@nestjs/core';

/** A provider or controller of the app, as Nest's discovery tells of it. */
export type DiscoveredProvider = ReturnType<DiscoveryService['getProviders']>[number];

/** The module that it belongs to, for messages. */
export function moduleNameOf({ host }: DiscoveredProvider): string {
  return host?.name ?? 'an unknown module';
}
