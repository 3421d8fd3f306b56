import { describeShape } from './tensor-shape.js';
import { arrayNameOfValue, type TensorData } from './tensor-type.js';

/** What came in the place of a tensor or a row, as a caller who has to mend it wants to read it. */
export function describeReceived(value: unknown): string {
  const arrayName = arrayNameOfValue(value);
  if (arrayName !== undefined) {
    return `${withArticle(arrayName)} of length ${(value as TensorData).length}`;
  }
  if (isTensorValue(value)) {
    const dims = Array.isArray(value.dims)
      ? describeShape(value.dims.map(String))
      : describeReceived(value.dims);
    return `${describeReceived(value.data)} with dims ${dims}`;
  }
  if (typeof value === 'object' && value !== null)
    return `an object with ${Object.keys(value).join(', ') || 'no keys'}`;
  return value === null || value === undefined ? String(value) : `a ${typeof value}`;
}

/** An array's name as a sentence has it: `an Int8Array`, `a Uint8Array`. */
export function withArticle(arrayName: string): string {
  return `${/^[AI]/.test(arrayName) ? 'an' : 'a'} ${arrayName}`;
}

/** Whether a value has the form of elements with their dimensions; what they are is not looked at. */
export function isTensorValue(value: unknown): value is { readonly data: unknown; readonly dims: unknown } {
  return typeof value === 'object' && value !== null && 'data' in value && 'dims' in value;
}
