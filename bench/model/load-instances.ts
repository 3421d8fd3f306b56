import { OnnxModel } from 'nestjs-batching/onnx';

import type { SweepSettings } from './sweep.js';

const warningsOnly = { log: () => undefined, warn: (message: string) => console.error(message) };

/** Loads a model in a number of instances, whose sessions have as many threads as those of the bare loop beside it. */
export function loadInstances(
  name: string,
  path: string,
  instances: number,
  { executionProvider, intraOpThreads }: Pick<SweepSettings, 'executionProvider' | 'intraOpThreads'>,
): Promise<OnnxModel> {
  return OnnxModel.load(name, {
    path,
    executionProviders: [executionProvider],
    session: { intraOpNumThreads: intraOpThreads },
    logger: warningsOnly,
    instances,
  });
}
