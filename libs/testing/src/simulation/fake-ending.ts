/**
 * How a batch of a fake processor ends: `'success'` with one result for each request, `'hang'` not at all until it is
 * told to, or with the fault that is named.
 */
export type FakeEnding =
  | 'success'
  | 'hang'
  | {
      /** The batch fails as a whole, with this error. */
      readonly batchError: unknown;
    }
  | {
      /** The requests in these places (from 0) get these errors, the others their results. */
      readonly itemErrors: Readonly<Record<number, Error>>;
    }
  | {
      /** There are this many results, whatever the number of requests. Integer from 0. */
      readonly resultCount: number;
    };

/**
 * What a batch that ends so returns.
 *
 * @param results One for each request.
 * @throws what the batch fails with; RangeError if there is an error for a place that the batch does not have.
 */
export function resultsOf<TResponse>(
  ending: FakeEnding,
  results: readonly (TResponse | Error)[],
): readonly (TResponse | Error)[] {
  if (typeof ending === 'string') return results;
  if ('batchError' in ending) throw ending.batchError;
  if ('itemErrors' in ending) return withErrors(results, ending.itemErrors);
  return Array.from({ length: ending.resultCount }, (_, index) => results[index % results.length]!);
}

function withErrors<TResponse>(
  results: readonly (TResponse | Error)[],
  itemErrors: Readonly<Record<number, Error>>,
): (TResponse | Error)[] {
  const places = Object.keys(itemErrors).map(Number);
  const missing = places.find((place) => !(place in results));
  if (missing !== undefined) {
    throw new RangeError(
      `itemErrors: received an error for place ${missing}, but the batch holds ${results.length} requests.`,
    );
  }
  return results.map((result, place) => itemErrors[place] ?? result);
}
