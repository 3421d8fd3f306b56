import { startWorker, type WorkerHost, type WorkerIsolation } from 'nestjs-batching/worker';

import type { ModelCalls } from '../model-protocol.js';

/** A worker that has a model's session, or is going to. */
export type ModelWorker = WorkerHost<ModelCalls>;

/** Starts a worker for the model of that name. */
export type StartModelWorker = (modelName: string, isolation: WorkerIsolation) => ModelWorker;

/** A worker that runs ONNX Runtime. Its thread must not be terminated: inside ONNX Runtime that aborts the process. */
export function startModelWorker(modelName: string, isolation: WorkerIsolation): ModelWorker {
  return startWorker<ModelCalls>(isolation, {
    subject: `model "${modelName}"`,
    service: new URL('../inside/model-service.js', import.meta.url),
  });
}
