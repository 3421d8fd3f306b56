import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';

import type { ConfigFault } from 'nestjs-batching/core';
import { codeOf, messageOf } from 'nestjs-batching/worker';

import { findExternalData } from './external-data.js';

const ABSENT = 'does not exist';
const NO_FILE = 'is not a file';

/**
 * Whether there is a file that could be a model, and all those in which it says that it keeps its weights. What is inside,
 * only ONNX Runtime can tell.
 */
export async function checkModelFile(path: string): Promise<ConfigFault | undefined> {
  const problem = (await findProblem(path)) ?? (await findExternalProblem(path));
  return problem === undefined ? undefined : { field: 'path', problem: `"${path}" ${problem}` };
}

async function findProblem(path: string): Promise<string | undefined> {
  const problem = await whyUnreadable(path);
  if (problem === ABSENT) return `${problem}; a relative path counts from ${process.cwd()}`;
  if (problem === NO_FILE) return `${problem}; give the path of an .onnx file`;
  if (problem !== undefined) return problem;
  return (await stat(path)).size === 0 ? 'is an empty file; give the path of an .onnx file' : undefined;
}

async function findExternalProblem(path: string): Promise<string | undefined> {
  for (const externalPath of await findExternalData(path)) {
    const problem = await whyUnreadable(externalPath);
    if (problem === undefined) continue;
    return `keeps weights in "${externalPath}", which ${problem}; put the file there that was written with the model`;
  }
  return undefined;
}

async function whyUnreadable(path: string): Promise<string | undefined> {
  try {
    if (!(await stat(path)).isFile()) return NO_FILE;
    await access(path, constants.R_OK);
    return undefined;
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? ABSENT : `cannot be read: ${messageOf(error)}`;
  }
}
