import {
  assertBatchingDefaults,
  describeValue,
  InvalidConfigError,
  isRecord,
  type BatchingConfig,
} from 'nestjs-batching/core';
import { batchingOf, type BatchingModuleOptions } from './batching-options.js';
import { faultsOf } from './collect-faults.js';
import { timeoutHeaderName } from './timeout-header.js';

const FOR_ROOT = 'BatchingModule.forRoot()';

/** What `forRoot` takes besides what a batcher does. */
const OTHER_OPTIONS: readonly (keyof BatchingModuleOptions)[] = ['processor', 'timeoutHeader'];

/**
 * Looks at all that `forRoot` was given, whichever part of it is needed first.
 *
 * @throws InvalidConfigError that lists every fault.
 */
export function assertForRootOptions(options: BatchingModuleOptions): void {
  assertMade(FOR_ROOT, options);
  const checks = [
    () => assertBatchingDefaults(FOR_ROOT, batchingOf(options), OTHER_OPTIONS),
    () => timeoutHeaderName(options.timeoutHeader),
  ];
  const faults = checks.flatMap((check) => {
    try {
      check();
      return [];
    } catch (error) {
      return faultsOf(error);
    }
  });
  if (faults.length > 0) throw new InvalidConfigError(FOR_ROOT, faults);
}

/**
 * What `forRoot` was given, if that is in order. If it is not, that is told of `forRoot`, and not once more of
 * everything that starts from it.
 */
export function soundOptions(options: BatchingModuleOptions = {}): BatchingModuleOptions {
  try {
    assertForRootOptions(options);
    return options;
  } catch (error) {
    faultsOf(error);
    return {};
  }
}

/** What of it is for batchers. */
export function soundDefaults(options?: BatchingModuleOptions): BatchingConfig {
  return batchingOf(soundOptions(options));
}

/**
 * Looks at what a factory of options has made: an arrow function in braces that lacks its `return` makes nothing.
 *
 * @param subject What is configured, for the message.
 * @throws InvalidConfigError if it is no object.
 */
export function assertMade(subject: string, options: unknown): void {
  if (isRecord(options)) return;
  throw new InvalidConfigError(subject, [
    {
      field: 'options',
      problem: `received ${describeValue(options)} from the factory, expected an object; does it return one?`,
    },
  ]);
}
