import { parseArgs } from 'node:util';

import { DynamicBatcher, type BatchingConfig, type RequestOptions } from 'nestjs-batching/core';
import { OnnxModel, type OnnxResultRow, type OnnxRow } from 'nestjs-batching/onnx';

import { measureRows, printRows } from '../measuring/overhead-rows.js';
import { parseCount } from '../measuring/parse-number.js';
import { inTemporaryFolder } from '../measuring/temporary-folder.js';
import { rowsOf, type BenchModel } from '../model/bench-model.js';
import { selectModels } from '../model/sweep-options.js';

const WARM_UP_MS = 500;
const MEASURED_MS = 500;

/** What requests may wish for; the first is what the others are compared with. */
const WISHES: readonly { name: string; config?: BatchingConfig<OnnxRow>; options?: RequestOptions }[] = [
  { name: 'nothing' },
  { name: 'an answer within 10 s', config: { defaultTimeoutMs: 10_000 } },
  { name: 'an answer within 200 ms', config: { defaultTimeoutMs: 200 } },
  { name: 'the first of two priorities', config: { priorityLevels: 2 }, options: { priority: 0 } },
  { name: 'the second, which may be overtaken', config: { priorityLevels: 2 }, options: { priority: 1 } },
];

const { values } = parseArgs({
  options: {
    models: { type: 'string', default: 'digits' },
    size: { type: 'string', default: '32' },
    turns: { type: 'string', default: '9' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(`What wishes of the callers cost in throughput, where a model gets its next batch while one runs.

  --models LIST   mlp, digits, encoder (default digits)
  --size N        most requests in a batch; four times as many callers (default 32)
  --turns N       how often each is measured (default 9)
`);
} else {
  const size = parseCount('size', values.size, 1);
  const turns = parseCount('turns', values.turns, 1);
  const models = selectModels(values.models);
  await inTemporaryFolder(async (folder) => {
    for (const model of models) await compareWishes(model, folder, size, turns);
  });
}

async function compareWishes(model: BenchModel, folder: string, size: number, turns: number): Promise<void> {
  const session = { intraOpNumThreads: 1 };
  const loaded = await OnnxModel.load(model.name, { path: await model.prepare(folder), session });
  const rows = rowsOf(model, 4 * size);
  const compared = WISHES.map(({ name, config, options }) => {
    const batcher = new DynamicBatcher<OnnxRow, OnnxResultRow>({ maxBatchSize: size, ...config }, loaded);
    return {
      name: `${model.name}: ${name}`,
      measure: async () => {
        await sendFor(batcher, rows, options, WARM_UP_MS);
        return sendFor(batcher, rows, options, MEASURED_MS);
      },
    };
  });
  printRows(await measureRows(compared, turns));
  await loaded.close();
}

/** One caller for each row, who sends it again as soon as it is answered. Nanoseconds for each answer. */
async function sendFor(
  batcher: DynamicBatcher<OnnxRow, OnnxResultRow>,
  rows: readonly OnnxRow[],
  options: RequestOptions | undefined,
  durationMs: number,
): Promise<number> {
  const startedAtMs = performance.now();
  let answers = 0;
  const send = async (row: OnnxRow): Promise<void> => {
    while (performance.now() - startedAtMs < durationMs) {
      await batcher.process(row, options);
      answers += 1;
    }
  };
  await Promise.all(rows.map(send));
  return (1e6 * (performance.now() - startedAtMs)) / answers;
}
