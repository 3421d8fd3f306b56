import { gunzipSync } from 'node:zlib';

const IMAGES_MAGIC = 0x0803;
const LABELS_MAGIC = 0x0801;

/** Grey images of one size. */
export interface IdxImages {
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
  /** `[count, rows, columns]`, 0 to 255. */
  readonly pixels: Uint8Array;
}

/**
 * Reads a gzipped file of images in MNIST's IDX format.
 *
 * @throws Error where the file is something else or is cut short
 */
export function readIdxImages(file: Uint8Array): IdxImages {
  const { content, header } = unpack(file, IMAGES_MAGIC, 4);
  const [, count = 0, rows = 0, columns = 0] = header;
  return { count, rows, columns, pixels: exactly(content, 16, count * rows * columns) };
}

/**
 * Reads a gzipped file of labels, one byte each, in MNIST's IDX format.
 *
 * @throws Error where the file is something else or is cut short
 */
export function readIdxLabels(file: Uint8Array): Uint8Array {
  const { content, header } = unpack(file, LABELS_MAGIC, 2);
  return exactly(content, 8, header[1] ?? 0);
}

function unpack(file: Uint8Array, magic: number, words: number): { content: Uint8Array; header: number[] } {
  const content = gunzipSync(file);
  const header = Array.from({ length: words }, (_, word) =>
    content.length >= 4 * (word + 1) ? content.readUInt32BE(4 * word) : 0,
  );
  if (header[0] !== magic) {
    throw new Error(
      `An IDX file of this kind starts with 0x${hex(magic)}, received 0x${hex(header[0] ?? 0)}.`,
    );
  }
  return { content, header };
}

function exactly(content: Uint8Array, offset: number, length: number): Uint8Array {
  if (content.length !== offset + length) {
    throw new Error(`The IDX file announces ${length} bytes of data, received ${content.length - offset}.`);
  }
  return content.subarray(offset);
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}
