import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';

import { describeThrown, type ConfigFault } from 'nestjs-batching/core';

import { codeOf } from './error-code.js';
import { findExternalData } from './external-data.js';

const ABSENT = 'does not exist';
const NO_FILE = 'is not a file';

/** What stands in the place of a large file that has not been fetched (Git LFS, pointer format 1). */
const POINTER_START = 'version https://git-lfs.github.com/spec/';
const LARGEST_POINTER_BYTES = 1023;

/**
 * Whether there is a file that could be a model, and all those in which it says that it keeps its weights. What is
 * inside, only ONNX Runtime can tell.
 */
export async function checkModelFile(path: string): Promise<ConfigFault | undefined> {
  const problem = (await findProblem(path)) ?? (await findExternalProblem(path));
  return problem === undefined ? undefined : { field: 'path', problem: `"${path}" ${problem}` };
}

async function findProblem(path: string): Promise<string | undefined> {
  const problem = await whyUnusable(path);
  if (problem === ABSENT) return `${problem}; a relative path counts from ${process.cwd()}`;
  if (problem === NO_FILE) return `${problem}; give the path of an .onnx file`;
  if (problem !== undefined) return problem;
  return (await stat(path)).size === 0 ? 'is an empty file; give the path of an .onnx file' : undefined;
}

async function findExternalProblem(path: string): Promise<string | undefined> {
  for (const externalPath of await findExternalData(path)) {
    const problem = await whyUnusable(externalPath);
    if (problem === undefined) continue;
    const isElsewhere = problem === ABSENT || problem === NO_FILE;
    const advice = isElsewhere ? '; put the file there that was written with the model' : '';
    return `keeps weights in "${externalPath}", which ${problem}${advice}`;
  }
  return undefined;
}

async function whyUnusable(path: string): Promise<string | undefined> {
  try {
    const file = await stat(path);
    if (!file.isFile()) return NO_FILE;
    await access(path, constants.R_OK);
    if (file.size <= LARGEST_POINTER_BYTES && (await readFile(path, 'latin1')).startsWith(POINTER_START))
      return 'is a pointer of Git LFS, not the file itself; fetch that by: git lfs pull';
    return undefined;
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? ABSENT : `cannot be read: ${describeThrown(error)}`;
  }
}
