import {
  describeValue,
  hasProcessBatch,
  areResultsThere,
  isClass,
  isError,
  isProcessFunction,
  settleResults,
  type BatchContext,
  type BatchProcessor,
  type ProcessBatch,
} from 'nestjs-batching/core';

import type { BatchCalls, BatchReply, BatchRequest } from './batch-calls.js';
import { firstPlaceIn } from '../protocol/first-place.js';
import { toResultBytes, uncopyableResult } from './result-bytes.js';
import { serializeError } from '../protocol/serialized-error.js';
import { describeUncopyable } from '../hosts/uncopyable.js';
import type { WorkerIsolation } from '../hosts/worker-host.js';
import type { CallContext, ServiceAnswer, WorkerService } from '../inside/worker-service.js';
import { withOwnBytes } from './with-own-bytes.js';

/** Where this runs. */
const isolation: WorkerIsolation = process.send === undefined ? 'thread' : 'process';

/** Which module to run, and what it is given. */
export interface ProcessorServiceOptions {
  /** The module, as a URL. */
  readonly module: string;
  /** Plain data for the module's `createProcessor`. */
  readonly workerData: unknown;
}

type AnyProcessor = Pick<BatchProcessor<unknown, unknown>, 'processBatch'>;

/** A processor, and how it is closed. */
interface ClosableProcessor extends AnyProcessor {
  close(): unknown;
}

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
    close: async () => void (await processor.close()),
  };
}

async function createProcessor(module: string, workerData: unknown): Promise<ClosableProcessor> {
  const exported = await tellingWhere(module, async () =>
    exportsOf((await import(module)) as ProcessorModule),
  );
  for (const owner of ownersIn(exported)) {
    const candidate = hasCreator(owner)
      ? await tellingWhere(module, () => owner.createProcessor(workerData))
      : owner;
    const closer = [candidate, exported].find(hasClose);
    const close = (): unknown => closer?.close();
    if (isProcessFunction(candidate)) {
      return { processBatch: candidate as ProcessBatch<unknown, unknown>, close };
    }
    if (hasProcessBatch(candidate)) {
      const processor = candidate as AnyProcessor;
      return { processBatch: (requests, context) => processor.processBatch(requests, context), close };
    }
  }
  throw new Error(
    `"${module}" exports no processor; expected a function processBatch(requests, context), exported by that name or as ` +
      `the default, or createProcessor(workerData) that returns an object with that method${adviceOnClass(exported)}`,
  );
}

/**
 * What the module's author has exported. Of a module that was compiled to CommonJS all of it, its own default included,
 * is what Node takes for the default.
 */
function exportsOf(imported: ProcessorModule): ProcessorModule {
  const whole = imported.default;
  const isCompiled =
    typeof whole === 'object' && whole !== null && '__esModule' in whole && whole.__esModule === true;
  return isCompiled ? (whole as ProcessorModule) : imported;
}

function adviceOnClass(exported: ProcessorModule): string {
  const [name] = Object.entries(exported).find(([, value]) => isClass(value)) ?? [];
  if (name === undefined) return '';
  return `. Its export "${name}" is a class, which is not enough: export createProcessor that returns an instance of it`;
}

/**
 * Who may have the processor's functions, the likeliest first. What CommonJS exports as a whole is the default; of its
 * functions Node shows by name some, all or none, so that only the whole has all of them, and is their `this`.
 */
function ownersIn(exported: ProcessorModule): readonly unknown[] {
  const whole = exported.default;
  const { createProcessor, processBatch } = exported;
  const isWhole =
    typeof whole === 'object' &&
    whole !== null &&
    (createProcessor !== undefined
      ? 'createProcessor' in whole && whole.createProcessor === createProcessor
      : 'processBatch' in whole && whole.processBatch === processBatch);
  return isWhole ? [whole] : [exported, whole];
}

/** @throws Error that says where the module failed, too; where its stack does not tell, by the module's name. */
async function tellingWhere<TMade>(module: string, make: () => TMade | Promise<TMade>): Promise<TMade> {
  try {
    return await make();
  } catch (error) {
    const { message, code, stack = '' } = serializeError(error);
    const advice =
      code === 'ERR_UNKNOWN_FILE_EXTENSION' && TYPESCRIPT.test(message)
        ? '; a worker runs JavaScript: give the .js that it is compiled to'
        : '';
    throw new Error(`${message} (${firstPlaceIn(stack) ?? module})${advice}`, { cause: error });
  }
}

/** An extension in the words of Node: `Unknown file extension ".ts" for /app/words.ts`. */
const TYPESCRIPT = /"\.[cm]?tsx?"/;

function hasCreator(owner: unknown): owner is Required<Pick<ProcessorModule, 'createProcessor'>> {
  return (
    typeof owner === 'object' &&
    owner !== null &&
    'createProcessor' in owner &&
    typeof owner.createProcessor === 'function'
  );
}

function hasClose(owner: unknown): owner is { close(): unknown } {
  const isOwner = (typeof owner === 'object' && owner !== null) || typeof owner === 'function';
  return isOwner && 'close' in owner && typeof owner.close === 'function';
}

async function answer(
  processor: AnyProcessor,
  { requests, batchId, paddedBatchSize, isApart }: BatchRequest,
  call: CallContext,
): Promise<ServiceAnswer<BatchReply>> {
  const context: BatchContext = {
    batchId,
    batchSize: requests.length,
    paddedBatchSize,
    abortNotice: call,
    get signal() {
      return call.signal;
    },
  };
  const returned = await processor.processBatch(requests, context);
  const results = areResultsThere(returned) ? returned : await settleResults(returned);
  // What is no list, or too short a one, is the batcher's to refuse.
  if (!Array.isArray(results)) {
    const withoutUncopyable = (): never => refuseUncopyable(results, requests.length);
    return { reply: { results, errors: [] }, withoutUncopyable };
  }
  const errors: BatchReply['errors'][number][] = [];
  const sent = isApart ? results.map(toResultBytes) : (results as readonly unknown[]);
  const values = sent.map((result, index) => {
    // A process copies no more of a view than what it shows.
    if (!isError(result)) return isolation === 'thread' ? withOwnBytes(result) : result;
    errors.push({ index, error: serializeError(result) });
    return undefined;
  });
  return { reply: { results: values, errors }, withoutUncopyable: () => withoutUncopyable(values, errors) };
}

/** The batcher cannot be shown it, so that it is said here what came. */
function refuseUncopyable(received: unknown, expectedCount: number): never {
  const expected = `an array of ${expectedCount} ${expectedCount === 1 ? 'result' : 'results'}, one for each request`;
  throw new Error(
    `processBatch returned ${describeValue(received)}, which cannot leave the worker; return ${expected}`,
  );
}

/** Who has a result that cannot leave the worker gets an error for it; the others get theirs. */
function withoutUncopyable(values: readonly unknown[], errors: BatchReply['errors']): BatchReply {
  const uncopyable = values.flatMap((value, index) => {
    const problem = describeUncopyable(value, isolation);
    return problem === undefined ? [] : [{ index, error: serializeError(uncopyableResult(problem)) }];
  });
  const indexes = new Set(uncopyable.map(({ index }) => index));
  const results = values.map((value, index) => (indexes.has(index) ? undefined : value));
  return { results, errors: [...errors, ...uncopyable] };
}
