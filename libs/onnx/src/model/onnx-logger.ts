import type { WorkerLogger } from 'nestjs-batching/worker';

/** Where a model, and its workers, say what they do. Nest's `Logger` fits. */
export type OnnxLogger = WorkerLogger;
