import { inflateSync } from 'node:zlib';

const SIGNATURE_BYTES = 8;
/** Length and name before a chunk's data, the checksum after them. */
const FRAME_BYTES = 12;

/** What a picture consists of. Texts and profiles may be packed, too, and nobody needs them here. */
const ESSENTIAL = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);

/** Four channels of 16 bit. */
const MOST_BYTES_PER_PIXEL = 8;

/**
 * The PNG without what does not belong to its picture. A file of 1 MB can unpack to 1 GB, so its pixel data are
 * unpacked here first, to no more than a picture of its size can have.
 *
 * @throws Error that says what is wrong with the file.
 */
export function essentialsOf(file: Buffer, { width, height }: { width: number; height: number }): Buffer {
  const chunks = [...readChunks(file)].filter(({ name }) => ESSENTIAL.has(name));
  const packed = chunks.filter(({ name }) => name === 'IDAT').map(({ data }) => data);
  // Interlaced pictures have more rows, each with a byte of its own, but never twice as much.
  unpack(Buffer.concat(packed), 2 * height * (MOST_BYTES_PER_PIXEL * width + 1));
  return Buffer.concat([file.subarray(0, SIGNATURE_BYTES), ...chunks.map(({ bytes }) => bytes)]);
}

interface Chunk {
  readonly name: string;
  readonly data: Buffer;
  /** The data with all that frames them. */
  readonly bytes: Buffer;
}

function* readChunks(file: Buffer): Generator<Chunk> {
  let start = SIGNATURE_BYTES;
  for (;;) {
    const end = start + FRAME_BYTES + (start + 4 <= file.length ? file.readUInt32BE(start) : 0);
    if (end > file.length) throw new Error('it ends in the middle of a chunk');
    const bytes = file.subarray(start, end);
    const name = bytes.toString('latin1', 4, 8);
    yield { name, data: bytes.subarray(8, -4), bytes };
    if (name === 'IEND') return;
    start = end;
  }
}

function unpack(packed: Buffer, mostBytes: number): void {
  try {
    inflateSync(packed, { maxOutputLength: mostBytes });
  } catch (error) {
    const isTooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    throw isTooLarge ? new Error('its pixel data are more than a picture of its size has') : error;
  }
}
