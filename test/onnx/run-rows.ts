import type { OnnxModel, OnnxResultRow, OnnxRow } from 'nestjs-batching/onnx';

import { batchOf } from './echo-rows.js';

/** Runs rows as one batch. @throws the first error in the place of a result */
export async function runRows(model: OnnxModel, rows: readonly OnnxRow[]): Promise<OnnxResultRow[]> {
  const results = await model.processBatch(rows, batchOf(rows.length));
  return results.map((result) => {
    if (result instanceof Error) throw result;
    return result;
  });
}
