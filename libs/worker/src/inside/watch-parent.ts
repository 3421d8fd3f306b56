import { Worker } from 'node:worker_threads';

/** How often it is looked at whether the parent is there, in milliseconds. */
const CHECK_MS = 500;

/** Runs in a thread: JavaScript that needs nothing but Node. The parent's number changes when the parent has gone. */
const WATCH = `
  const { workerData: { parent, checkMs } } = require('node:worker_threads');
  const isThere = () => {
    try {
      return process.ppid === parent && process.kill(parent, 0);
    } catch (error) {
      return error.code === 'EPERM';
    }
  };
  setInterval(() => isThere() || process.kill(process.pid, 'SIGKILL'), checkMs);
`;

/**
 * Ends this process when the one that has started it has gone, even while this one is inside a native library or an
 * endless loop and hears nothing. That is why it takes a thread.
 */
export function watchParent(): void {
  const watch = new Worker(WATCH, {
    eval: true,
    execArgv: [],
    env: {},
    workerData: { parent: process.ppid, checkMs: CHECK_MS },
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1 },
  });
  // Without it there is still the line to the parent, whose end is noticed between two calls.
  watch.on('error', () => undefined);
  watch.unref();
}
