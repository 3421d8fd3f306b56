import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';

import type { ConfigFault } from 'nestjs-batching/core';

import { codeOf, messageOf } from 'nestjs-batching/worker';

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
    return undefined;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return `does not exist; a relative path counts from ${process.cwd()}`;
    return `cannot be read: ${messageOf(error)}`;
  }
}
