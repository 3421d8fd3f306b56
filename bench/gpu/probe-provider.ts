import type { ExecutionProviderName } from 'nestjs-batching/onnx';

import { BareProcess } from '../model/bare-process.js';
import { tensorsOf, TRIVIAL_MODEL } from '../model/bench-model.js';

/**
 * Why an execution provider does not work on this machine, or undefined if it does. Found out by a run in a process
 * of its own: a driver that is broken may take its process with it.
 */
export async function findProblem(
  folder: string,
  executionProvider: ExecutionProviderName,
): Promise<string | undefined> {
  const bare = new BareProcess();
  try {
    await bare.open(await TRIVIAL_MODEL.prepare(folder), executionProvider, 1);
    await bare.prepare(tensorsOf(TRIVIAL_MODEL, 2));
    return undefined;
  } catch (error) {
    return `it does not work here: ${(error as Error).message.replace(/\s+/g, ' ').trim()}`;
  } finally {
    bare.close();
  }
}
