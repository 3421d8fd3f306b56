/** Sends one request and answers with its result. */
export type Call = (request: number) => Promise<number>;

/** What answers the requests of a batch, in their order. */
export type ProcessBatch = (requests: readonly number[]) => Promise<readonly number[]>;

/** Lets a number of callers send at once; each sends its next request when it has the answer to its last one. */
export async function callInLoops(call: Call, callers: number, requestsEach: number): Promise<void> {
  const loops: Promise<void>[] = [];
  for (let caller = 0; caller < callers; caller += 1) loops.push(callInLoop(call, caller, requestsEach));
  await Promise.all(loops);
}

async function callInLoop(call: Call, caller: number, requests: number): Promise<void> {
  for (let count = 0; count < requests; count += 1) {
    // Every request is another one, or a cache would answer.
    const request = caller * requests + count;
    const response = await call(request);
    if (response !== request) throw new Error(`Request ${request} got the answer to ${response}.`);
  }
}
