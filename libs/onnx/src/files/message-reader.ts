import type { FileHandle } from 'node:fs/promises';

/** How much of the file is in memory at a time, in bytes. */
const WINDOW_BYTES = 2 ** 16;
/** A field's number and length take no more, in bytes. */
const LONGEST_HEADER = 20;

/** How a field is written; see https://protobuf.dev/programming-guides/encoding. */
const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/** A field of a message: its number, and where in the file what is in it ends. */
export interface MessageField {
  readonly number: number;
  readonly end: number;
}

/**
 * Reads a file of Protocol Buffers field by field. What is passed over, such as gigabytes of weights, is never read: a
 * decoder that takes the whole file into memory will not do.
 */
export class MessageReader {
  private position = 0;
  private readonly window = Buffer.alloc(WINDOW_BYTES);
  private windowStart = 0;
  private windowLength = 0;

  constructor(private readonly file: FileHandle) {}

  /**
   * Steps into the next field of a message that ends there; undefined if there is none, or if what is there is no
   * field.
   */
  async nextField(messageEnd: number): Promise<MessageField | undefined> {
    if (this.position >= messageEnd) return undefined;
    await this.have(LONGEST_HEADER);
    const tag = this.readVarint();
    const number = Math.floor(tag / 8);
    const length = this.lengthOf(tag % 8);
    const end = this.position + length;
    // What is not a number is false here, too.
    return number > 0 && end <= messageEnd ? { number, end } : undefined;
  }

  /** The rest of the field that ends there, as text; empty if it is longer than any name. */
  async readText(end: number): Promise<string> {
    const length = end - this.position;
    if (length > WINDOW_BYTES) return '';
    await this.have(length);
    const start = this.position - this.windowStart;
    return this.window.toString('utf8', start, Math.min(start + length, this.windowLength));
  }

  /** Goes on there. */
  skipTo(position: number): void {
    this.position = position;
  }

  /** How long what follows is; NaN if that cannot be told. Steps over its length, if that is written. */
  private lengthOf(kind: number): number {
    switch (kind) {
      case VARINT: {
        const start = this.position;
        this.readVarint();
        const length = this.position - start;
        this.position = start;
        return length;
      }
      case FIXED_64:
        return 8;
      case LENGTH_DELIMITED:
        return this.readVarint();
      case FIXED_32:
        return 4;
      default:
        return NaN;
    }
  }

  /** Seven bits in each byte, the lowest first; NaN where the file ends before the number does. */
  private readVarint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      if (this.position >= this.windowStart + this.windowLength) return NaN;
      const byte = this.window[this.position - this.windowStart]!;
      this.position += 1;
      value += (byte % 128) * factor;
      if (byte < 128) return value;
    }
  }

  /** Brings the next `count` bytes into the window, or as many as the file still has. */
  private async have(count: number): Promise<void> {
    const isThere =
      this.position >= this.windowStart && this.position + count <= this.windowStart + this.windowLength;
    if (isThere) return;
    this.windowStart = this.position;
    const { bytesRead } = await this.file.read(this.window, 0, WINDOW_BYTES, this.position);
    this.windowLength = bytesRead;
  }
}
