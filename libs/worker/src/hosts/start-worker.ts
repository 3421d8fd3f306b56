import { ProcessWorkerHost } from './process-worker-host.js';
import { ThreadWorkerHost } from './thread-worker-host.js';
import type { WorkerHost, WorkerIsolation, WorkerSpecification } from './worker-host.js';
import type { WorkerCalls } from '../protocol/worker-protocol.js';

/**
 * Starts a worker. It returns at once; `started` of what it returns tells when the service is there, or why
 * it is not.
 */
export function startWorker<TCalls extends WorkerCalls<TCalls>>(
  isolation: WorkerIsolation,
  specification: WorkerSpecification,
): WorkerHost<TCalls> {
  return isolation === 'process'
    ? new ProcessWorkerHost<TCalls>(specification)
    : new ThreadWorkerHost<TCalls>(specification);
}
