/**
 * A process with a processor in workers, for tests that look at how it ends. Writes one line of JSON for each thing
 * that happens.
 *
 * Usage: node end-a-processor.js <when> <isolation>
 */
import { WorkerBatchProcessor } from 'nestjs-batching/worker';

const [, , when, isolation] = process.argv;
const tell = (what) => console.log(JSON.stringify(what));
const signal = new AbortController().signal;
const processor = await WorkerBatchProcessor.start('letters', {
  module: new URL('../processors/letters.processor.js', import.meta.url),
  isolation,
});
const run = (...requests) =>
  processor.processBatch(requests, { batchId: 1, batchSize: requests.length, paddedBatchSize: 1, signal });
const [{ pid }] = await run({ place: 1 });
tell({ pid });

const stories = {
  /** Ends its main program while the workers are idle. */
  forgotten: () => undefined,

  /** Ends its main program while a batch runs. */
  'busy and forgotten': () => void run({ sleep: 300 }, { letter: 'a' }).then((results) => tell({ results })),

  /** Closes, and has then nothing to do. */
  closed: async () => {
    await run({ leaveTimer: 1 });
    await processor.close();
  },

  /** Waits to be killed, with a worker that hears nothing. */
  'killed in a loop': () => void run({ loop: 1 }).catch(() => undefined),

  /** Waits to be killed, with an idle worker. */
  'killed when idle': () => void setInterval(() => undefined, 60_000),

  /** Finishes at Ctrl+C what it has accepted. */
  interrupted: () => {
    const running = run({ sleep: 1000 }, { letter: 'a' });
    process.once('SIGINT', async () => {
      tell({ results: await running });
      await processor.close();
      tell('closed');
    });
    setInterval(() => undefined, 60_000).unref();
  },
};

await stories[when]();
tell('waiting');
