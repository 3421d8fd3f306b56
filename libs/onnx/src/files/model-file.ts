import { findExternalData } from './external-data.js';
import { PinnedFile } from './pinned-file.js';

/**
 * A model's file, and those in which it keeps its weights, as they were when they were read: all workers of a model
 * open those, and none what has taken their place.
 */
export class ModelFile {
  private constructor(private readonly files: readonly PinnedFile[]) {}

  /** @throws ModelFileChangedError if one of them cannot be read. */
  static async read(path: string): Promise<ModelFile> {
    // Its own first: if another one takes its place meanwhile, that is seen when it is opened.
    const files = [await PinnedFile.read(path)];
    for (const externalPath of await findExternalData(path)) files.push(await PinnedFile.read(externalPath));
    return new ModelFile(files);
  }

  /**
   * Reads those again of which the file system says that they may be others.
   *
   * @throws ModelFileChangedError if one is, or cannot be read.
   */
  async assertUnchanged(): Promise<void> {
    for (const file of this.files) await file.assertUnchanged();
  }
}
