import { InvalidConfigError, type ConfigFault } from 'nestjs-batching/core';

/** What has come of something that depends on a configuration; without a value there are faults. */
export interface ConfigOutcome<TValue> {
  /** What was made; absent if something is wrong. */
  readonly value?: TValue;
  /** All that is wrong with the configuration. */
  readonly faults: readonly ConfigFault[];
}

/**
 * Keeps what is wrong for later, so that one start tells the faults of several parts.
 *
 * @throws what is no matter of configuration.
 */
export async function collectFaults<TValue>(
  decide: () => TValue | Promise<TValue>,
): Promise<ConfigOutcome<TValue>> {
  try {
    return { value: await decide(), faults: [] };
  } catch (error) {
    return { faults: faultsOf(error) };
  }
}

/** What is wrong with a configuration, by what was thrown. @throws that itself, if it is no matter of configuration. */
export function faultsOf(error: unknown): readonly ConfigFault[] {
  if (error instanceof InvalidConfigError) return error.faults;
  throw error;
}
