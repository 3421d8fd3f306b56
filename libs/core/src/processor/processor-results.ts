import { LARGEST_BATCH_SIZE } from '../config/resolve-config.js';
import { describeThrown } from '../errors/describe-thrown.js';
import { isError } from '../errors/is-error.js';

/**
 * What a processor may have returned: for each request a result, or the promise of one. (One union for the entries,
 * rather than one of lists: the compiler infers the response from `requests.map(async …)` only so.)
 */
export type ProcessorResults<TResponse> = readonly (TResponse | Error | PromiseLike<TResponse | Error>)[];

/** Result *i*, or the error that reading it throws: an array may have getters, and need not be a plain one. */
export function resultAt<TResult>(results: readonly TResult[], index: number): TResult | Error {
  try {
    return results[index]!;
  } catch (error) {
    return toError(error);
  }
}

/**
 * Whether all results are there: none is a promise, as those of `requests.map(async …)` are. What is no list, or cannot
 * be read, is nothing to wait for either.
 */
export function areResultsThere<TResponse>(
  results: ProcessorResults<TResponse>,
): results is readonly (TResponse | Error)[] {
  try {
    if (!Array.isArray(results)) return true;
    // A longer list is refused, however far it goes on.
    const looked = Math.min(results.length, LARGEST_BATCH_SIZE);
    for (let index = 0; index < looked; index++) if (results[index] instanceof Promise) return false;
    return true;
  } catch {
    // A proxy may refuse to tell.
    return true;
  }
}

/** The results when all are there; an `Error` for each that failed. Never rejects. */
export async function settleResults<TResponse>(
  results: ProcessorResults<TResponse>,
): Promise<(TResponse | Error)[]> {
  const promises = results.map(async (result): Promise<TResponse | Error> => result);
  const settled = await Promise.allSettled(promises);
  return settled.map((each) => (each.status === 'fulfilled' ? each.value : toError(each.reason)));
}

function toError(thrown: unknown): Error {
  return isError(thrown) ? thrown : new Error(describeThrown(thrown), { cause: thrown });
}
