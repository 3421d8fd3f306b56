import type { ProcessorHealth } from 'nestjs-batching/core';

/** The workers of a processor that has some, as it tells of them under `workers`. */
export interface WorkerFigures {
  /** Alive now. */
  readonly live: number;
  /** As many as there should be. */
  readonly workers: number;
  /** Since the processor was started. */
  readonly restarts: number;
}

type Details = ProcessorHealth['details'];

/** Undefined where the processor tells of no workers. Whose details they are does not matter, only how they look. */
export function workersOf(details: Details): WorkerFigures | undefined {
  const workers = details?.['workers'];
  return isWorkerFigures(workers) ? workers : undefined;
}

/** The execution providers that were to run the model which the CPU runs; undefined if it runs as was wished. */
export function cpuFallbackOf(details: Details): readonly string[] | undefined {
  const failed = details?.['failedExecutionProviders'];
  if (details?.['executionProvider'] !== 'cpu' || !Array.isArray(failed) || failed.length === 0)
    return undefined;
  return failed.map((provider: unknown) =>
    isNamed(provider) ? `${provider.name} (${provider.reason ?? 'no reason known'})` : String(provider),
  );
}

function isWorkerFigures(value: unknown): value is WorkerFigures {
  if (typeof value !== 'object' || value === null) return false;
  const figures = value as Record<string, unknown>;
  return ['live', 'workers', 'restarts'].every((field) => typeof figures[field] === 'number');
}

function isNamed(value: unknown): value is { readonly name: string; readonly reason?: string } {
  return typeof value === 'object' && value !== null && 'name' in value;
}
