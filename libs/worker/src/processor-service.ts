import type { BatchContext, BatchProcessor, ProcessBatch } from 'nestjs-batching/core';

import type { BatchCalls, BatchReply, BatchRequest } from './batch-calls.js';
import type { CallContext } from './served-call.js';
import { serializeError } from './serialized-error.js';
import type { ServiceAnswer, WorkerService } from './worker-service.js';

/** Which module to run, and what it is given. */
export interface ProcessorServiceOptions {
  /** The module, as a URL. */
  readonly module: string;
  /** Plain data for the module's `createProcessor`. */
  readonly workerData: unknown;
}

type AnyProcessor = Pick<BatchProcessor<unknown, unknown>, 'processBatch' | 'close'>;

/** What a processor module may export. */
interface ProcessorModule {
  readonly createProcessor?: (workerData: unknown) => unknown;
  readonly processBatch?: unknown;
  readonly close?: unknown;
  readonly default?: unknown;
}

/** What lives in the worker of a user's processor: the processor. */
export async function createService({
  module,
  workerData,
}: ProcessorServiceOptions): Promise<WorkerService<BatchCalls>> {
  const processor = await createProcessor(module, workerData);
  return {
    call: async (_, request, context) => answer(processor, request, context),
    close: () => processor.close?.(),
  };
}

async function createProcessor(module: string, workerData: unknown): Promise<AnyProcessor> {
  const exported = (await import(module)) as ProcessorModule;
  const candidates: unknown[] = [
    typeof exported.createProcessor === 'function' ? await exported.createProcessor(workerData) : exported,
    exported.default,
  ];
  for (const candidate of candidates) {
    if (typeof candidate === 'function') return { processBatch: candidate as ProcessBatch<unknown, unknown> };
    if (isProcessor(candidate)) return candidate;
  }
  throw new Error(
    `"${module}" exports no processor; expected an exported function processBatch(requests, context), or ` +
      'createProcessor(workerData) that returns an object with that method',
  );
}

function isProcessor(candidate: unknown): candidate is AnyProcessor {
  return (
    typeof candidate === 'object' &&
    candidate !== null &&
    'processBatch' in candidate &&
    typeof candidate.processBatch === 'function'
  );
}

async function answer(
  processor: AnyProcessor,
  { requests, batchId, paddedBatchSize }: BatchRequest,
  call: CallContext,
): Promise<ServiceAnswer<BatchReply>> {
  const context: BatchContext = {
    batchId,
    batchSize: requests.length,
    paddedBatchSize,
    get signal() {
      return call.signal;
    },
  };
  const results = await processor.processBatch(requests, context);
  // What is no list, or too short a one, is the batcher's to refuse.
  if (!Array.isArray(results)) return { reply: { results: results, errors: [] } };
  const errors: BatchReply['errors'][number][] = [];
  const values = (results as readonly unknown[]).map((result, index) => {
    if (!(result instanceof Error)) return result;
    errors.push({ index, error: serializeError(result) });
    return undefined;
  });
  return { reply: { results: values, errors } };
}
