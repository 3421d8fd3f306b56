import type { DiscoveryService } from '@nestjs/core';
import { assertRegistration, type BatchingOverrides } from 'nestjs-batching';
import {
  checkConfig,
  hasProcessBatch,
  InvalidConfigError,
  isProcessFunction,
  optional,
  recordOf,
  trueOrFalse,
  type Clock,
  type ConfigRules,
} from 'nestjs-batching/core';

/** What `BatchingTestingModule.forRoot` takes. What is left out is as in the app. */
export interface BatchingTestingOptions extends Pick<BatchingOverrides, 'processors'> {
  /**
   * The time that all batchers of the app, and its health check, go by: normally a `ManualClock`. When the app closes,
   * one that can `flush` does, so that batches in virtual time come to their end. Default: the system's clock.
   */
  readonly clock?: Clock & {
    /** Lets everything happen that is due or waited for, in virtual time. */
    flush?(): Promise<unknown>;
  };
  /**
   * Whether no request waits for company while a slot is free: a batch goes at the end of the turn of the event loop
   * in which its first request has come. Default false: as the app is configured.
   */
  readonly runAtOnce?: boolean;
}

const FOR_ROOT = 'BatchingTestingModule.forRoot()';

export const BATCHING_TESTING_OPTIONS = Symbol('BATCHING_TESTING_OPTIONS');

const RULES: ConfigRules<BatchingTestingOptions> = {
  clock: optional(aClock),
  processors: optional(recordOf(optional(aProcessor))),
  runAtOnce: optional(trueOrFalse),
};

/** @throws InvalidConfigError that lists every fault. */
export function assertTestingOptions(options: BatchingTestingOptions): void {
  assertRegistration(FOR_ROOT, options, '{ processors: { digits: fakeModel } }');
  const { faults } = checkConfig<BatchingTestingOptions>({ ...options }, RULES);
  if (faults.length > 0) throw new InvalidConfigError(FOR_ROOT, faults);
}

/** How often `forRoot` has been called in this app. */
export function countCalls(discovery: Pick<DiscoveryService, 'getProviders'>): number {
  return discovery.getProviders().filter(({ token }) => token === BATCHING_TESTING_OPTIONS).length;
}

/**
 * Of several calls Nest would take the options of one, and which one hangs on the order of the modules.
 *
 * @throws InvalidConfigError if there are several.
 */
export function assertOneCall(discovery: Pick<DiscoveryService, 'getProviders'>): void {
  const calls = countCalls(discovery);
  if (calls === 1) return;
  const problem = `received in ${calls} calls, expected all of them in one`;
  throw new InvalidConfigError(FOR_ROOT, [{ field: 'options', problem }]);
}

/** The options, in the words in which a batcher reads them. */
export function toOverrides({
  clock,
  processors,
  runAtOnce = false,
}: BatchingTestingOptions): BatchingOverrides {
  return {
    ...(clock === undefined ? {} : { clock }),
    ...(processors === undefined ? {} : { processors }),
    ...(runAtOnce ? { config: { maxWaitTimeMs: 0 } } : {}),
  };
}

function aClock(value: unknown): string | undefined {
  const { now, createAlarm, defer } = (value ?? {}) as Partial<Record<keyof Clock, unknown>>;
  const isClock = [now, createAlarm, defer].every((method) => typeof method === 'function');
  return isClock ? undefined : 'a clock, such as a ManualClock';
}

function aProcessor(value: unknown): string | undefined {
  return isProcessFunction(value) || hasProcessBatch(value)
    ? undefined
    : 'a function, or an object with a method processBatch';
}
