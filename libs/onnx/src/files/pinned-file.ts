import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

import { describeThrown } from 'nestjs-batching/core';

import { ModelFileChangedError } from './model-file-changed.error.js';

/** How much is read and hashed at a time, in bytes: it takes a millisecond or two of the event loop. */
const CHUNK_BYTES = 2 ** 20;

/** A file as it was when it was read. It is known by its content (SHA-256), so that a copy of it will do. */
export class PinnedFile {
  /** What the file system said when there was another content, so that it need not be read at each attempt. */
  private foreignStamp: string | undefined;

  private constructor(
    private readonly path: string,
    private readonly digest: string,
    /** What the file system said of it when it last had that content. */
    private stamp: string,
  ) {}

  /** @throws ModelFileChangedError if it cannot be read. */
  static async read(path: string): Promise<PinnedFile> {
    const [digest, stamp] = await orChanged(path, async () => {
      // In this order: what is written while the content is read has a newer stamp.
      const before = await stampOf(path);
      return [await digestOf(path), before] as const;
    });
    return new PinnedFile(path, digest, stamp);
  }

  /**
   * Reads the file again if the file system says that it may be another one.
   *
   * @throws ModelFileChangedError if it is, or cannot be read.
   */
  async assertUnchanged(): Promise<void> {
    const { path } = this;
    const stamp = await orChanged(path, () => stampOf(path));
    if (stamp === this.stamp) return;
    const isForeign =
      stamp === this.foreignStamp || (await orChanged(path, () => digestOf(path))) !== this.digest;
    if (!isForeign) {
      this.stamp = stamp;
      return;
    }
    this.foreignStamp = stamp;
    throw new ModelFileChangedError(path, 'has changed');
  }
}

/** Changes with each write, and when another file takes the place; a copy that keeps its times has another ctime. */
async function stampOf(path: string): Promise<string> {
  const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
  return [ino, size, mtimeNs, ctimeNs].join(' ');
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }))
    hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function orChanged<TResult>(path: string, read: () => Promise<TResult>): Promise<TResult> {
  try {
    return await read();
  } catch (error) {
    throw new ModelFileChangedError(path, `could not be read (${describeThrown(error)})`);
  }
}
