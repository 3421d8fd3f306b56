import { copyFile, mkdtemp, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ModelFileChangedError } from './model-file-changed.error.js';
import { PinnedFile } from './pinned-file.js';

describe('PinnedFile', () => {
  let folder: string;
  let path: string;
  let file: PinnedFile;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pinned-file-'));
    path = join(folder, 'model.onnx');
    await writeFile(path, 'version 1');
    file = await PinnedFile.read(path);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is the same as long as nobody has written to it, and also when the same has been written', async () => {
    await expect(file.assertUnchanged()).resolves.toBeUndefined();
    await writeFile(path, 'version 1');
    await expect(file.assertUnchanged()).resolves.toBeUndefined();
  });

  it.each<[string, () => Promise<void>]>([
    ['is longer', () => writeFile(path, 'version 10')],
    ['is of the same length', () => writeFile(path, 'version 2')],
    [
      'is of the same length and age',
      async () => {
        const { atime, mtime } = await stat(path);
        await writeFile(path, 'version 2');
        await utimes(path, atime, mtime);
      },
    ],
    [
      'was moved into its place',
      async () => {
        await writeFile(join(folder, 'next.onnx'), 'version 2');
        await rename(join(folder, 'next.onnx'), path);
      },
    ],
  ])('is another one that %s', async (_, change) => {
    await change();
    await expect(file.assertUnchanged()).rejects.toThrow(ModelFileChangedError);
    await expect(file.assertUnchanged()).rejects.toThrow(
      `"${path}" has changed since the model was loaded from it; call reload() to serve what is there now, or put back what was there`,
    );
  });

  it('is the same again when it has been put back', async () => {
    await copyFile(path, join(folder, 'kept.onnx'));
    await writeFile(path, 'version 2');
    await expect(file.assertUnchanged()).rejects.toThrow('has changed');
    await copyFile(join(folder, 'kept.onnx'), path);
    await expect(file.assertUnchanged()).resolves.toBeUndefined();
  });

  it('says it when it is not there any more', async () => {
    await rm(path);
    await expect(file.assertUnchanged()).rejects.toThrow(/model\.onnx" could not be read \(ENOENT.*\) since/);
    await expect(PinnedFile.read(path)).rejects.toThrow(ModelFileChangedError);
  });
});
