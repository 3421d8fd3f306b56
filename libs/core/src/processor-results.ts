import { describeThrown } from './errors/describe-thrown.js';
import { isError } from './is-error.js';

/** What a processor may have returned: a result for each request, or the promise of one for each. */
export type ProcessorResults<TResponse> =
  readonly (TResponse | Error)[] | readonly PromiseLike<TResponse | Error>[];

/** Result *i*, or the error that reading it throws: an array may have getters, and need not be a plain one. */
export function resultAt<TResult>(results: readonly TResult[], index: number): TResult | Error {
  try {
    return results[index]!;
  } catch (error) {
    return toError(error);
  }
}

/**
 * Whether there are promises for results, as of a processor that returns `requests.map(async …)`. Told by the first: such a
 * list holds nothing else.
 */
export function areResultsPromised<TResponse>(
  results: ProcessorResults<TResponse>,
): results is readonly PromiseLike<TResponse | Error>[] {
  try {
    return Array.isArray(results) && results[0] instanceof Promise;
  } catch {
    return false;
  }
}

/** The results when all are there; an `Error` for each that failed. Never rejects. */
export async function settleResults<TResponse>(
  results: readonly PromiseLike<TResponse | Error>[],
): Promise<(TResponse | Error)[]> {
  const settled = await Promise.allSettled(results);
  return settled.map((each) => (each.status === 'fulfilled' ? each.value : toError(each.reason)));
}

function toError(thrown: unknown): Error {
  return isError(thrown) ? thrown : new Error(describeThrown(thrown), { cause: thrown });
}
