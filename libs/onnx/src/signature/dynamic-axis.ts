import {
  checkConfig,
  describeValue,
  integerBetween,
  isRecord,
  numberBetween,
  optional,
  type ConfigFault,
  type ConfigRules,
} from 'nestjs-batching/core';

import { elementRule } from './declared-tensor.js';
import type { TensorElement } from '../tensors/tensor-elements.js';

/** A dimension along which rows may be of different length and run together all the same. */
export interface DynamicAxisOptions {
  /**
   * What fills up the end of shorter rows. It must fit the element type of every input that has the dimension, but
   * for the mask and for those with a `padWith` of their own. Default 0; for strings the empty one.
   */
  readonly padWith?: TensorElement;
  /**
   * The input that tells real elements, 1, from padding, 0. Callers may leave it out; it is made for them. What a
   * caller sends is filled up with 0.
   */
  readonly mask?: string;
  /** The input that tells each row's length, `[batch]` or `[batch, 1]`. Callers may leave it out. */
  readonly lengths?: string;
  /**
   * The greatest length that is accepted; a longer row is refused. Integer from 1, at most what the input of `lengths`
   * can tell (127 for int8, 2,048 for float16). Default: no limit but that.
   */
  readonly maxLength?: number;
  /**
   * How much of this dimension may be padding, as a share of what runs: rows run together only if the shortest
   * is at least 1 less this share of the longest. 0 (only rows of the same length) to 1 (any). Default 0.25.
   */
  readonly maxPaddingShare?: number;
}

/** By the name that the model has for the dimension, or that a declared shape gives it. */
export type DynamicAxesOptions = Readonly<Record<string, DynamicAxisOptions>>;

/** A dynamic axis with every field decided but the value of padding, which each input has for itself. */
export interface DynamicAxis {
  /** By this name the model has the dimension, or a declared shape. */
  readonly name: string;
  /** The input that tells real elements, 1, from padding, 0; undefined if there is none. */
  readonly mask: string | undefined;
  /** The input that tells each row's length; undefined if there is none. */
  readonly lengths: string | undefined;
  /** The greatest length that is accepted, and that the input of lengths can tell; Infinity if any is. */
  readonly maxLength: number;
  /** How much of this dimension may be padding, as a share of what runs; 0 to 1. */
  readonly maxPaddingShare: number;
}

export interface DynamicAxesCheck {
  readonly faults: readonly ConfigFault[];
  /** What is in order of them. */
  readonly dynamicAxes: DynamicAxesOptions;
}

const DEFAULT_MAX_PADDING_SHARE = 0.25;

const RULES: ConfigRules<DynamicAxisOptions> = {
  padWith: optional(elementRule),
  mask: optional(nameRule),
  lengths: optional(nameRule),
  maxLength: optional(integerBetween(1, Number.MAX_SAFE_INTEGER)),
  maxPaddingShare: optional(numberBetween(0, 1, 'a share of what runs')),
};

/** Checks `dynamicAxes` of a model's options, as far as they tell by themselves. */
export function checkDynamicAxisOptions(received: unknown): DynamicAxesCheck {
  if (received === undefined) return { faults: [], dynamicAxes: {} };
  const field = 'dynamicAxes';
  if (!isRecord(received)) {
    const problem = `received ${describeValue(received)}, expected an object of { dimension: { padWith, mask, maxLength } }`;
    return { faults: [{ field, problem }], dynamicAxes: {} };
  }
  const entries = Object.entries(received).map(([name, axis]) => ({
    name,
    axis,
    faults: checkAxis(`${field}.${name}`, axis),
  }));
  const sound = entries.filter(({ faults }) => faults.length === 0);
  return {
    faults: entries.flatMap(({ faults }) => faults),
    dynamicAxes: Object.fromEntries(sound.map(({ name, axis }) => [name, axis as DynamicAxisOptions])),
  };
}

/** @param largestLength That can be told by the input of `lengths`; Infinity if there is none. */
export function resolveDynamicAxis(
  name: string,
  options: DynamicAxisOptions,
  largestLength: number,
): DynamicAxis {
  return {
    name,
    mask: options.mask,
    lengths: options.lengths,
    maxLength: options.maxLength ?? largestLength,
    maxPaddingShare: options.maxPaddingShare ?? DEFAULT_MAX_PADDING_SHARE,
  };
}

function checkAxis(field: string, received: unknown): ConfigFault[] {
  if (!isRecord(received)) {
    return [{ field, problem: `received ${describeValue(received)}, expected { padWith, mask } or {}` }];
  }
  return checkConfig<DynamicAxisOptions>({ ...received }, RULES).faults.map((fault) => ({
    field: `${field}.${fault.field}`,
    problem: fault.problem,
  }));
}

function nameRule(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? undefined : 'the name of an input';
}
