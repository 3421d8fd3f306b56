import { describeValue } from 'nestjs-batching/core';

import { cutName, listSome } from './cut-text.js';
import { arrayNameOfValue, type TensorData } from '../tensors/tensor-type.js';

/**
 * What came in the place of a tensor or a row, as a caller who has to mend it wants to read it; short, however long or
 * deep that is.
 */
export function describeReceived(value: unknown): string {
  if (arrayNameOfValue(value) !== undefined || !isTensorValue(value)) return describeOutside(value);
  const { data, dims } = value;
  const sizes = Array.isArray(dims) ? `[${listSome(dims, describeSize)}]` : describeOutside(dims);
  return `${describeOutside(data)} with dims ${sizes}`;
}

/** The value by itself, without a look at what is in it. */
function describeOutside(value: unknown): string {
  const arrayName = arrayNameOfValue(value);
  if (arrayName !== undefined) {
    return `${withArticle(arrayName)} of length ${(value as TensorData).length}`;
  }
  if (typeof value === 'object' && value !== null)
    return `an object with ${listSome(Object.keys(value), cutName) || 'no keys'}`;
  return value === null || value === undefined ? String(value) : `a ${typeof value}`;
}

/** A number stands as it is; text is told from it by its quotes. */
function describeSize(size: unknown): string {
  return cutName(describeValue(size));
}

/** An array's name as a sentence has it: `an Int8Array`, `a Uint8Array`. */
export function withArticle(arrayName: string): string {
  return `${/^[AI]/.test(arrayName) ? 'an' : 'a'} ${arrayName}`;
}

/** Whether a value has the form of elements with their dimensions; what they are is not looked at. */
export function isTensorValue(value: unknown): value is { readonly data: unknown; readonly dims: unknown } {
  return typeof value === 'object' && value !== null && 'data' in value && 'dims' in value;
}
