/**
 * A process with a model, for tests that look at how it ends. Writes what happened as one line of JSON.
 *
 * Usage: node stop-a-model.js <when> <path of a model with an input x of float32 [batch, 1024]>
 */
import { OnnxModel } from 'nestjs-batching/onnx';

const [, , when, path] = process.argv;
const rows = Array.from({ length: 128 }, () => ({ x: new Float32Array(1024).fill(1) }));
const signal = new AbortController().signal;
const run = (model) => model.processBatch(rows, { batchId: 1, batchSize: rows.length, signal });
const load = () => OnnxModel.load('slow', { path, session: { intraOpNumThreads: 1 } });

const stories = {
  /** Closes while one batch is in the session and two wait behind it. */
  async 'mid-run'() {
    const model = await load();
    const running = [run(model), run(model), run(model)];
    let hasEnded = false;
    void running[0].then(() => (hasEnded = true));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const wasBusy = !hasEnded;
    await Promise.all([model.close(), model.close()]);
    const results = await Promise.all(running);
    const refusal = await run(model).catch((error) => error.code);
    return { wasBusy, rowCounts: results.map((result) => result.length), refusal };
  },

  /** Ends with an idle model that nobody has closed. */
  async forgotten() {
    const model = await load();
    return { rowCount: (await run(model)).length };
  },

  /** Ends its main program while a batch is in the session. */
  async 'busy and forgotten'() {
    const model = await load();
    void run(model).then((results) => console.log(JSON.stringify({ rowCount: results.length })));
  },

  /** Gives up a model that is being loaded. */
  async 'while loading'() {
    const controller = new AbortController();
    const loading = OnnxModel.load('slow', { path }, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('given up')), 5);
    return {
      refusal: await loading.then(
        (model) => model.close(),
        (error) => error.message,
      ),
    };
  },

  /** Fails to load, more than once. */
  async 'failed load'() {
    const reasons = [];
    for (const options of [
      { path: import.meta.filename },
      { path, inputs: { y: {} } },
      { path, session: { threads: 1 } },
    ]) {
      reasons.push(
        await OnnxModel.load('slow', options).then(
          () => 'loaded',
          (error) => error.code,
        ),
      );
    }
    return { reasons };
  },
};

const story = await stories[when]();
if (story !== undefined) console.log(JSON.stringify(story));
