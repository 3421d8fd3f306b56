import { readCpuQuota } from './cpu-quota.js';
import type { OnnxSessionOptions } from './session-options.js';
import { findUsableCores, type UsableCores } from './usable-cores.js';

/**
 * How many threads shall work on one operator in each of the sessions; undefined where ONNX Runtime's own choice is
 * right, as it is for one session on a whole machine.
 *
 * It takes as many as the machine has cores, in each session, and pins them: also where there are other sessions; where
 * the process may run on some of the cores only (it complains that `pthread_setaffinity_np` failed); and where a
 * container has a quota of a few CPUs' time (microsoft/onnxruntime#29510). Threads that have used up a quota are all
 * stopped for the rest of its period, and the event loop with them, so one CPU's time is left to that.
 *
 * @param quota How many CPUs' time there is; Infinity if as much as there are.
 */
export function chooseSessionThreads(
  sessions: number,
  cores: UsableCores = findUsableCores(),
  quota: number = readCpuQuota(),
): number | undefined {
  const isQuotaTight = quota < cores.count + 1;
  if (sessions === 1 && cores.areAll && !isQuotaTight) return undefined;
  const usable = isQuotaTight ? quota - 1 : cores.count;
  return Math.max(1, Math.floor(usable / sessions));
}

/** The options of each of the sessions, with the number of threads decided where the options leave that open. */
export function withSessionThreads(
  options: OnnxSessionOptions,
  sessions: number,
  environment: NodeJS.ProcessEnv = process.env,
): OnnxSessionOptions {
  const isDecided =
    options.intraOpNumThreads !== undefined || environment['ORT_INTRA_OP_NUM_THREADS'] !== undefined;
  const threads = isDecided ? undefined : chooseSessionThreads(sessions);
  return threads === undefined ? options : { ...options, intraOpNumThreads: threads };
}
