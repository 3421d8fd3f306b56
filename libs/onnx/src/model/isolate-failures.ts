import { Failure } from './failure.js';

/** How many bad requests of a batch are told apart in any case. */
const BAD_REQUESTS = 4;

/**
 * How many runs may fail while those requests are looked for that make them fail. Each that is bad makes at most
 * 1 + log2(n) of them fail: its own, and those of the ever larger parts that it is in.
 */
export function mostFailedRuns(requestCount: number): number {
  return BAD_REQUESTS * (1 + Math.ceil(Math.log2(requestCount)));
}

/**
 * Finds the requests because of which a run fails, so that the others get their results: what fails is run again in
 * halves, and those again, down to single requests. One bad request of n costs about 2·log2(n) runs more.
 *
 * Where many fail, that would cost more than it is worth, and a model that cannot run at all would be asked over and
 * over: after as many failures as four bad requests can make, 4·(1 + log2(n)), what is left fails together. So there
 * are never more than 8·(1 + log2(n)) runs, and only 5·(1 + log2(n)) of a model that always fails: 48 and 30 for 32
 * requests.
 *
 * @param rows One or more.
 * @param run Runs some of them. What it rejects with is thought to be the fault of one of them if `isOfRequest` says
 *   so.
 * @returns For each its result or its error, in their order.
 * @throws what `run` rejects with, if that is nobody's fault.
 */
export async function isolateFailures<TRow, TResult>(
  rows: readonly TRow[],
  run: (part: readonly TRow[]) => Promise<readonly TResult[]>,
  isOfRequest: (error: unknown) => boolean,
): Promise<readonly (TResult | Failure)[]> {
  let failuresLeft = mostFailedRuns(rows.length);

  async function runPart(part: readonly TRow[]): Promise<readonly (TResult | Failure)[]> {
    try {
      return await run(part);
    } catch (error) {
      if (!isOfRequest(error)) throw error;
      failuresLeft -= 1;
      if (part.length === 1 || failuresLeft <= 0) return part.map(() => new Failure(error, part.length));
      const middle = Math.ceil(part.length / 2);
      return [...(await runPart(part.slice(0, middle))), ...(await runPart(part.slice(middle)))];
    }
  }

  return runPart(rows);
}
