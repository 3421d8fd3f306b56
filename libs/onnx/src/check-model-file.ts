import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';

import type { ConfigFault } from 'nestjs-batching/core';

import { codeOf, messageOf } from 'nestjs-batching/worker';

/** What stands in the place of a large file that has not been fetched (Git LFS, pointer format 1). */
const POINTER_START = 'version https://git-lfs.github.com/spec/';
const LARGEST_POINTER_BYTES = 1023;

/** Whether there is a file that could be a model. What is inside, only ONNX Runtime can tell. */
export async function checkModelFile(path: string): Promise<ConfigFault | undefined> {
  const problem = await findProblem(path);
  return problem === undefined ? undefined : { field: 'path', problem: `"${path}" ${problem}` };
}

async function findProblem(path: string): Promise<string | undefined> {
  try {
    const file = await stat(path);
    if (!file.isFile()) return 'is not a file; give the path of an .onnx file';
    if (file.size === 0) return 'is an empty file; give the path of an .onnx file';
    await access(path, constants.R_OK);
    if (file.size <= LARGEST_POINTER_BYTES && (await readFile(path, 'latin1')).startsWith(POINTER_START))
      return 'is a pointer of Git LFS, not the model itself; fetch that by: git lfs pull';
    return undefined;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return `does not exist; a relative path counts from ${process.cwd()}`;
    return `cannot be read: ${messageOf(error)}`;
  }
}
