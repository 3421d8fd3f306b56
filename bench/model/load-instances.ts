import { InvalidConfigError } from 'nestjs-batching/core';
import { OnnxModel } from 'nestjs-batching/onnx';

import type { SweepSettings } from './sweep.js';

const silent = { log: () => undefined, warn: (message: string) => console.error(message) };

/** @returns Undefined where this version cannot run several instances of a model. */
export async function loadInstances(
  name: string,
  path: string,
  instances: number,
  { executionProvider, intraOpThreads }: Pick<SweepSettings, 'executionProvider' | 'intraOpThreads'>,
): Promise<OnnxModel | undefined> {
  try {
    return await OnnxModel.load(name, {
      path,
      executionProviders: [executionProvider],
      session: { intraOpNumThreads: intraOpThreads },
      logger: silent,
      ...(instances > 1 && { instances }),
    });
  } catch (error) {
    const isUnknown =
      error instanceof InvalidConfigError && error.faults.some(({ field }) => field === 'instances');
    if (isUnknown) return undefined;
    throw error;
  }
}
