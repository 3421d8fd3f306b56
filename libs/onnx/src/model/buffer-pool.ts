/**
 * Buffers that are used again for the next batch of the same size, so that a steady load allocates none. Kept by
 * their exact size, since a tensor's buffer must be as long as the tensor; bounded in all, the sizes that have not
 * been asked for longest going first.
 */
export class BufferPool {
  /** By size, none of them empty; the size that was used last stands last. */
  private readonly free = new Map<number, ArrayBuffer[]>();
  private freeBytes = 0;

  /** @param mostBytes Most that is kept while nobody uses it. */
  constructor(private readonly mostBytes: number) {}

  /** How much is kept, in bytes. */
  get size(): number {
    return this.freeBytes;
  }

  /** A buffer of this many bytes. What is in it is left over from an earlier use. */
  take(byteLength: number): ArrayBuffer {
    const sameSize = this.free.get(byteLength);
    const buffer = sameSize?.pop();
    if (sameSize === undefined || buffer === undefined) return new ArrayBuffer(byteLength);
    this.freeBytes -= byteLength;
    this.free.delete(byteLength);
    if (sameSize.length > 0) this.free.set(byteLength, sameSize);
    return buffer;
  }

  /** A buffer that nobody uses any more. One that has been given away is passed over. */
  giveBack(buffer: ArrayBuffer): void {
    const { byteLength } = buffer;
    if (byteLength === 0 || byteLength > this.mostBytes) return;
    const sameSize = this.free.get(byteLength) ?? [];
    // Put where the latest stand.
    this.free.delete(byteLength);
    this.free.set(byteLength, sameSize);
    sameSize.push(buffer);
    this.freeBytes += byteLength;
    this.forgetSurplus();
  }

  private forgetSurplus(): void {
    for (const [byteLength, buffers] of this.free) {
      while (this.freeBytes > this.mostBytes && buffers.pop() !== undefined) this.freeBytes -= byteLength;
      if (buffers.length > 0) return;
      this.free.delete(byteLength);
    }
  }
}
