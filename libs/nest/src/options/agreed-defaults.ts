import { Injectable } from '@nestjs/common';
import { describeValue, InvalidConfigError, type ConfigFault } from 'nestjs-batching/core';
import { isDeepStrictEqual } from 'node:util';
import type { BatchingModuleOptions } from './batching-options.js';

/** What `forRoot` has been given, with the processor itself where that was a class. */
export type GivenDefaults = Readonly<Record<string, unknown>> & BatchingModuleOptions;

/**
 * Watches that an app has one set of options that counts for all of it. Whichever module Nest happened to find first
 * would decide otherwise, and the options of the others would be dropped without a word.
 */
@Injectable()
export class AgreedDefaults {
  private agreed: GivenDefaults | undefined;

  /**
   * Takes the options of one call of `forRoot`.
   *
   * @returns whether they are the first; the same ones again change nothing.
   * @throws InvalidConfigError that names each option in which they differ from those of another call.
   */
  agreeOn(given: GivenDefaults): boolean {
    if (this.agreed === undefined) {
      this.agreed = given;
      return true;
    }
    const faults = findDifferences(this.agreed, given);
    if (faults.length > 0) throw new InvalidConfigError('BatchingModule.forRoot()', faults);
    return false;
  }
}

function findDifferences(one: GivenDefaults, other: GivenDefaults): ConfigFault[] {
  const fields = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  const differing = fields.filter((field) => !isSame(field, one[field], other[field]));
  return differing.map((field) => ({
    field,
    problem:
      `received ${describeValue(one[field])} in one module and ${describeValue(other[field])} in another; call ` +
      'forRoot() with options once, in the root module, and use registerBatcher() for what concerns one batcher',
  }));
}

/** Two instances of a class are two processors, however alike. */
function isSame(field: string, one: unknown, other: unknown): boolean {
  return field === 'processor' ? one === other : isDeepStrictEqual(one, other);
}
