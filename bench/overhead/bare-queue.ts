import type { Call, ProcessBatch } from './callers.js';

/**
 * The least that a deep queue can cost in JavaScript: one promise a request, the oldest run first, one batch at
 * a time. Beside it one sees what a long queue costs by itself: everything in it grows old, and the garbage
 * collector has to move it there.
 */
export function bareQueue(batchSize: number, processBatch: ProcessBatch): Call {
  let requests: number[] = [];
  let resolvers: ((response: number) => void)[] = [];
  let head = 0;
  let isRunning = false;

  const run = async (): Promise<void> => {
    isRunning = true;
    while (head < requests.length) {
      const end = Math.min(head + batchSize, requests.length);
      const taken = resolvers.slice(head, end);
      const results = processBatch(requests.slice(head, end));
      head = end;
      // Cutting half of a list now and then costs each request no more than its own place.
      if (head * 2 > requests.length) {
        requests = requests.slice(head);
        resolvers = resolvers.slice(head);
        head = 0;
      }
      const responses = await results;
      for (let index = 0; index < taken.length; index += 1) taken[index]?.(responses[index] ?? NaN);
    }
    isRunning = false;
  };

  return (request) =>
    new Promise((resolve) => {
      requests.push(request);
      resolvers.push(resolve);
      if (!isRunning) void run();
    });
}
