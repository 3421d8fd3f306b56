import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { OnnxModel, type OnnxRow } from 'nestjs-batching/onnx';

import { encodeModel, type TensorsByName } from './bare-runtime.js';
import type { BatchableModel, KnownRow } from './batchable-model.js';
import { mergeModels, prefixOf } from './merge-models.js';
import { findDifference } from './tensor-difference.js';

/** What came of a model's rows: nothing to say, or what was wrong. */
export interface ModelOutcome {
  readonly model: BatchableModel;
  readonly problem: string | undefined;
}

/**
 * Runs the rows of models of the same operator sets through `OnnxModel`: each alone, then all as one batch. They
 * share one file; if that fails, they are run in halves, until only those that fail are left by themselves.
 */
export async function runThroughModel(
  models: readonly BatchableModel[],
  folder: string,
): Promise<readonly ModelOutcome[]> {
  try {
    return await runMerged(models, folder);
  } catch (error) {
    const [first] = models;
    if (first === undefined) return [];
    if (models.length === 1) return [{ model: first, problem: (error as Error).message }];
    const half = Math.ceil(models.length / 2);
    return [
      ...(await runThroughModel(models.slice(0, half), folder)),
      ...(await runThroughModel(models.slice(half), folder)),
    ];
  }
}

let fileCount = 0;

async function runMerged(
  models: readonly BatchableModel[],
  folder: string,
): Promise<readonly ModelOutcome[]> {
  const { parts, proto, rows } = mergeModels(models);
  fileCount += 1;
  const path = join(folder, `${fileCount}.onnx`);
  await writeFile(path, await encodeModel(proto));
  const session = { intraOpNumThreads: 1, interOpNumThreads: 1, logLevel: 'fatal' } as const;
  const warmupRow = parts.some(({ needsWarmupRow }) => needsWarmupRow) ? toRequest(rows[0]) : undefined;
  const model = await OnnxModel.load(models[0]?.name ?? '', { path, session, warmupRow });
  try {
    const results: (TensorsByName | undefined)[] = [];
    for (const row of rows) results.push(...(await runBatch(model, [row])));
    results.push(...(await runBatch(model, rows)));
    // In the other order, so that no row gets by chance what another one should.
    results.push(...(await runBatch(model, rows.toReversed())).toReversed());
    return parts.map((part, partIndex) => ({
      model: part,
      problem: findProblem(results, rows, prefixOf(partIndex)),
    }));
  } finally {
    await model.close();
  }
}

async function runBatch(model: OnnxModel, rows: readonly KnownRow[]): Promise<readonly TensorsByName[]> {
  const requests = rows.map(toRequest);
  const context = {
    batchId: 1,
    batchSize: rows.length,
    paddedBatchSize: rows.length,
    signal: new AbortController().signal,
  };
  return (await model.processBatch(requests, context)).map((result) => {
    if (result instanceof Error) throw result;
    return new Map(Object.entries(result));
  });
}

function toRequest(row: KnownRow | undefined): OnnxRow {
  return Object.fromEntries(row?.inputs ?? []);
}

function findProblem(
  results: readonly (TensorsByName | undefined)[],
  rows: readonly KnownRow[],
  prefix: string,
): string | undefined {
  for (const [index, result] of results.entries()) {
    const row = rows[index % rows.length];
    for (const [name, wanted] of row?.outputs ?? []) {
      const difference = name.startsWith(prefix) ? findDifference(result?.get(name), wanted) : undefined;
      if (difference !== undefined) return `run ${index}, output ${name.slice(prefix.length)}: ${difference}`;
    }
  }
  return undefined;
}
