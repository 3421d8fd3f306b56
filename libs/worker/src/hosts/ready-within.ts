import type { WorkerHost } from './worker-host.js';
import type { WorkerCalls } from '../protocol/worker-protocol.js';

/**
 * Makes a worker ready for calls. One that does not become so within its time is given up, and one that fails is
 * ended.
 *
 * @param prepare What has to be done with it first.
 * @param signal Aborted when the worker is not wanted any more; it is given up then.
 * @throws WorkerEndedError, or what `prepare` throws.
 */
export async function readyWithin<TCalls extends WorkerCalls<TCalls>, TResult>(
  host: WorkerHost<TCalls>,
  startTimeoutMs: number,
  prepare: (host: WorkerHost<TCalls>) => Promise<TResult>,
  signal?: AbortSignal,
): Promise<TResult> {
  const timer = setTimeout(() => host.abandon(overdueReason(startTimeoutMs)), startTimeoutMs);
  const onAborted = (): void => host.abandon('it is not wanted any more');
  signal?.addEventListener('abort', onAborted, { once: true });
  if (signal?.aborted === true) onAborted();
  try {
    await host.started;
    return await prepare(host);
  } catch (error) {
    // One that hangs in a native library cannot be ended, so nobody waits for it.
    if (host.endReason === undefined) await host.stop();
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAborted);
  }
}

/** Why a worker was given up that was not ready in time: what its `WorkerEndedError` says then. */
export function overdueReason(startTimeoutMs: number): string {
  return `it was not ready after the ${startTimeoutMs} ms of startTimeoutMs`;
}
