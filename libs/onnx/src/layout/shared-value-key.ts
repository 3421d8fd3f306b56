import { createHash } from 'node:crypto';

import type { RowTensor } from '../rows/read-row.js';

/** Above this many bytes a digest stands for a value: two values of one SHA-256 are not to be met with. */
const LARGEST_PLAIN_BYTES = 64;

/** A text that is the same for two values of a shared input only if they are the same, element by element. */
export function sharedValueKey({ data, dims }: RowTensor): string {
  return `${dims.join()}:${'buffer' in data ? keyOfBytes(data) : JSON.stringify(data)}`;
}

function keyOfBytes(data: ArrayBufferView): string {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return bytes.length <= LARGEST_PLAIN_BYTES
    ? bytes.toString('hex')
    : createHash('sha256').update(bytes).digest('base64');
}
