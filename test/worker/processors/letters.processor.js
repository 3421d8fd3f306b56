import { InvalidRequestError } from 'nestjs-batching/core';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, threadId } from 'node:worker_threads';

/** Makes letters large; and whatever else a test asks it to do. */
export function createProcessor({ closing } = {}) {
  return {
    processBatch: (requests, context) => Promise.all(requests.map((request) => answer(request, context))),
    close: () => {
      if (closing === 'hangs') return new Promise(() => undefined);
      if (closing === 'throws') throw new Error('stuck');
    },
  };
}

const answers = {
  letter: (letter) => letter.toUpperCase(),
  invalid: (message) => new InvalidRequestError(message),
  error: (code) => failure(code),
  foreignError: (message) => runInNewContext('new RangeError(message)', { message }),
  throw: (code) => {
    throw failure(code);
  },
  throwInvalid: (message) => {
    throw new InvalidRequestError(message);
  },
  uncaught: async (message) => {
    setImmediate(() => {
      throw message === 'nothing' ? undefined : new Error(message);
    });
    await new Promise(() => undefined);
  },
  exit: (code) => process.exit(code),
  loop: () => {
    for (;;);
  },
  sleep: (ms) => sleep(ms, 'slept'),
  never: (begunFile) => {
    writeFileSync(begunFile, '');
    return new Promise(() => undefined);
  },
  untilAborted: (begunFile, { signal }) => {
    writeFileSync(begunFile, '');
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve('left'), { once: true }));
  },
  untilNoticed: (begunFile, { abortNotice }) => {
    writeFileSync(begunFile, '');
    return new Promise((resolve) => abortNotice.addEventListener('abort', () => resolve('left')));
  },
  leaveTimer: () => void setInterval(() => undefined, 60_000),
  bytes: (count) => new Uint8Array(count).fill(7),
  partOf: (count) => new Uint8Array(count).subarray(0, 4),
  length: ({ byteLength }) => byteLength,
  uncopyable: () => () => undefined,
  nested: (depth) => nest(depth),
  /** As libraries do that tell a process manager how they are. */
  say: (message) => void (parentPort === null ? process.send(message) : parentPort.postMessage(message)),
  heap: () => {
    setFlagsFromString('--expose-gc');
    runInNewContext('gc')();
    return process.memoryUsage().heapUsed;
  },
  context: (_, { batchId, batchSize, paddedBatchSize }) => ({ batchId, batchSize, paddedBatchSize }),
  place: () => ({ pid: process.pid, threadId }),
};

function answer(request, context) {
  if (ArrayBuffer.isView(request)) return { length: request.length, ofBytes: request.buffer.byteLength };
  const [[wish, value]] = Object.entries(request);
  return answers[wish](value, context);
}

function nest(depth) {
  let nested = null;
  for (let level = 0; level < depth; level += 1) nested = { nested };
  return nested;
}

function failure(code) {
  const cause = Object.assign(new TypeError('the cause'), { code: 'CAUSE' });
  return Object.assign(new RangeError(`failed with ${code}`, { cause }), { code });
}
