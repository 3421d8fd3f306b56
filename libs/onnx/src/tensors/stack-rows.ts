import type { NamedTensor } from '../model-protocol.js';
import type { BatchedTensor } from './model-signature.js';
import type { ReadRow } from './row-reader.js';
import { elementCountOf } from './tensor-shape.js';
import { createTensorData } from './tensor-type.js';

/**
 * Makes one tensor of each input: the rows one behind the other, with the batch axis in front. Each row is
 * copied once, into a new buffer that may be given away; the callers keep theirs.
 *
 * @param inputs The model's inputs, in the order in which each row has them.
 * @param rows One or more, all of the same shape.
 */
export function stackRows(
  inputs: readonly BatchedTensor[],
  rows: readonly ReadRow[],
): readonly NamedTensor[] {
  return inputs.map(({ name, type }, inputIndex) => {
    const rowDims = rows[0]?.[inputIndex]?.dims ?? [];
    const data = createTensorData(type, rows.length * elementCountOf(rowDims));
    // Bytes copy the same way for every element type.
    const bytes = new Uint8Array(data.buffer);
    let offset = 0;
    for (const row of rows) {
      const source = row[inputIndex]?.data;
      if (source === undefined) continue;
      bytes.set(new Uint8Array(source.buffer, source.byteOffset, source.byteLength), offset);
      offset += source.byteLength;
    }
    return { name, type, dims: [rows.length, ...rowDims], data };
  });
}
