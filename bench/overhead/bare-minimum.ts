import type { Call, ProcessBatch } from './callers.js';

/**
 * The least that batching can cost in JavaScript: put the request and its resolver into a list, run the list
 * when it is full, resolve each. No queue, slots, errors, time or statistics; a list that does not fill up
 * waits for ever.
 */
export function bareMinimum(batchSize: number, processBatch: ProcessBatch): Call {
  let requests: number[] = [];
  let resolvers: ((response: number) => void)[] = [];

  const run = async (): Promise<void> => {
    const waiting = resolvers;
    const results = processBatch(requests);
    requests = [];
    resolvers = [];
    const responses = await results;
    for (let index = 0; index < waiting.length; index += 1) waiting[index]?.(responses[index] ?? NaN);
  };

  return (request) =>
    new Promise((resolve) => {
      requests.push(request);
      resolvers.push(resolve);
      if (requests.length === batchSize) void run();
    });
}
