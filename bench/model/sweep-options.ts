import { EXECUTION_PROVIDER_NAMES, type ExecutionProviderName } from 'nestjs-batching/onnx';

import { parseCount, parseCounts } from '../measuring/parse-number.js';
import { BENCH_MODELS, type BenchModel } from './bench-model.js';
import type { SweepSettings } from './sweep.js';

/** Options on the command line that every sweep has, for `parseArgs`. */
export const SWEEP_OPTIONS = {
  models: { type: 'string', default: BENCH_MODELS.map(({ name }) => name).join() },
  sizes: { type: 'string', default: '1,2,4,8,16,32,64,128,256' },
  instances: { type: 'string', default: '1,2' },
  turns: { type: 'string', default: '15' },
  ms: { type: 'string', default: '150' },
  threads: { type: 'string', default: '1' },
  // As a batcher has them that is saturated: one runs, the next full one is being made ready.
  'in-flight': { type: 'string', default: '2' },
  help: { type: 'boolean', default: false },
} as const;

export const SWEEP_USAGE = `  --models LIST     of ${BENCH_MODELS.map(({ name }) => name).join(', ')} (default all)
  --sizes LIST      batch sizes (default powers of two up to 256)
  --instances LIST  how many sessions at once (default 1,2)
  --turns N         how often each side is measured (default 15)
  --ms N            how long each time, in milliseconds (default 150); short
                    turns, since the machine shall be the same for both sides of one
  --threads N       threads of ONNX Runtime within an operator, on both sides (default 1; 0 is one per core)
  --in-flight N     batches handed over at a time per instance (default 2)`;

/** All of a sweep but what runs it. @throws RangeError that names the option, what was received and what is allowed. */
export function parseSweep(
  values: Readonly<Record<Exclude<keyof typeof SWEEP_OPTIONS, 'help'>, string>>,
): Omit<SweepSettings, 'executionProvider'> {
  return {
    intraOpThreads: parseCount('threads', values.threads, 0),
    sizes: parseCounts('sizes', values.sizes),
    instances: parseCounts('instances', values.instances),
    inFlight: parseCount('in-flight', values['in-flight'], 1),
    turns: parseCount('turns', values.turns, 1),
    forMs: parseCount('ms', values.ms, 1),
  };
}

/** @throws RangeError that names what was received and what is known. */
export function selectModels(list: string): readonly BenchModel[] {
  return list.split(',').map((name) => {
    const model = BENCH_MODELS.find((candidate) => candidate.name === name);
    if (model !== undefined) return model;
    throw new RangeError(
      `--models: received ${name}, expected some of ${BENCH_MODELS.map((known) => known.name).join(', ')}.`,
    );
  });
}

/** @throws RangeError */
export function parseProvider(text: string): ExecutionProviderName {
  const name = EXECUTION_PROVIDER_NAMES.find((candidate) => candidate === text);
  if (name !== undefined) return name;
  throw new RangeError(
    `--provider: received ${text}, expected one of ${EXECUTION_PROVIDER_NAMES.join(', ')}.`,
  );
}
