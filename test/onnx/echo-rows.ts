import type { BatchContext } from 'nestjs-batching/core';
import type { OnnxResultRow, OnnxRow } from 'nestjs-batching/onnx';

/** A request to an `EchoModel`, of as many elements as there are values. */
export function echoRow(...values: number[]): OnnxRow {
  return { x: { data: Float32Array.from(values), dims: [values.length] } };
}

/** What it has answered. @throws the error in the place of a result. */
export function elementsOf(result: OnnxResultRow | Error | undefined): number[] {
  if (result === undefined || result instanceof Error) throw result ?? new Error('there is no result');
  return Array.from(result['x']?.data as Float32Array);
}

/** The context of a batch that callers wait for, unless it is said otherwise. */
export function batchOf(batchSize: number, context: Partial<BatchContext> = {}): BatchContext {
  const { signal } = new AbortController();
  return { batchId: 1, batchSize, paddedBatchSize: batchSize, signal, ...context };
}
