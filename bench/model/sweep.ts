import type { ExecutionProviderName, OnnxModel } from 'nestjs-batching/onnx';

import { measureInTurns } from '../measuring/interleaved.js';
import { median, medianRatio } from '../measuring/median.js';
import { round } from '../measuring/round.js';
import { BareProcess } from './bare-process.js';
import { runSaturatedFor, warmUp } from './batched-loop.js';
import { rowsOf, tensorsOf, type BenchModel } from './bench-model.js';
import { loadInstances } from './load-instances.js';

const DIGITS = 4;

export interface SweepSettings {
  readonly executionProvider: ExecutionProviderName;
  /** On both sides; 0 is one per core. */
  readonly intraOpThreads: number;
  readonly sizes: readonly number[];
  readonly instances: readonly number[];
  /** Batches in flight per instance. */
  readonly inFlight: number;
  readonly turns: number;
  /** How long each side runs in each turn, in milliseconds. */
  readonly forMs: number;
}

/** One batch size on so many instances, the bare runtime beside ours. */
export interface SweepPoint {
  readonly model: string;
  readonly instances: number;
  readonly batchSize: number;
  /** Medians over the turns. They say more of the machine than of the code. */
  readonly bareItemsPerSecond: number;
  readonly itemsPerSecond: number;
  /** Ours as a share of the bare loop's: the median over the turns of the ratio within a turn. */
  readonly ratio: number;
  /** Between these lies the middle half of the turns; far apart where the machine was busy with something else. */
  readonly ratioQuartiles: readonly [number, number];
}

/** Measures every batch size on every number of instances, both sides in turns. */
export async function sweepModel(
  model: BenchModel,
  path: string,
  settings: SweepSettings,
): Promise<SweepPoint[]> {
  const points: SweepPoint[] = [];
  for (const instances of settings.instances) {
    const loaded = await loadInstances(model.name, path, instances, settings);
    const bare = Array.from({ length: instances }, () => new BareProcess());
    try {
      await Promise.all(
        bare.map((one) => one.open(path, settings.executionProvider, settings.intraOpThreads)),
      );
      await warmUp(loaded, rowsOf(model, 1), instances * settings.inFlight);
      for (const batchSize of settings.sizes) {
        const point = await measurePoint({ model, loaded, bare, batchSize }, settings);
        points.push(point);
        console.error(describePoint(point));
      }
    } finally {
      bare.forEach((one) => one.close());
      await loaded.close();
    }
  }
  return points;
}

function describePoint(point: SweepPoint): string {
  const { model, instances, batchSize, itemsPerSecond } = point;
  const where = `${model}, ${instances} instance${instances === 1 ? '' : 's'}, batches of ${batchSize}`;
  return `${where}: ${itemsPerSecond} items/s, ${describeShare(point)} of the bare loop`;
}

/** Such as `96.1 % (94 to 98)`. */
export function describeShare({ ratio, ratioQuartiles: [low, high] }: SweepPoint): string {
  return `${(100 * ratio).toFixed(1)} % (${(100 * low).toFixed(0)} to ${(100 * high).toFixed(0)})`;
}

interface Sides {
  readonly model: BenchModel;
  readonly loaded: OnnxModel;
  readonly bare: readonly BareProcess[];
  readonly batchSize: number;
}

async function measurePoint(
  { model, loaded, bare, batchSize }: Sides,
  { turns, forMs, inFlight }: SweepSettings,
): Promise<SweepPoint> {
  const rows = rowsOf(model, batchSize);
  const tensors = tensorsOf(model, batchSize);
  await Promise.all(bare.map((one) => one.prepare(tensors)));
  const measureBare = async (): Promise<number> => {
    const counts = await Promise.all(bare.map((one) => one.run(forMs)));
    return counts.reduce((sum, { batches, elapsedMs }) => sum + (1000 * batches * batchSize) / elapsedMs, 0);
  };
  const measureOurs = async (): Promise<number> => {
    const { batches, elapsedMs } = await runSaturatedFor(loaded, rows, bare.length, inFlight, forMs);
    return (1000 * batches * batchSize) / elapsedMs;
  };
  const values = await measureInTurns(
    [
      { name: 'bare', measure: measureBare },
      { name: 'ours', measure: measureOurs },
    ],
    turns,
    () => undefined,
  );
  const bareValues = values.get('bare') ?? [];
  const ours = values.get('ours') ?? [];
  return {
    model: model.name,
    instances: bare.length,
    batchSize,
    bareItemsPerSecond: round(median(bareValues), DIGITS),
    itemsPerSecond: round(median(ours), DIGITS),
    ratio: round(medianRatio(ours, bareValues), DIGITS),
    ratioQuartiles: quartilesOf(ours.map((value, turn) => value / (bareValues[turn] ?? NaN))),
  };
}

function quartilesOf(ratios: readonly number[]): [number, number] {
  const sorted = ratios.toSorted((one, other) => one - other);
  const at = (share: number): number => round(sorted[Math.round(share * (sorted.length - 1))] ?? NaN, DIGITS);
  return [at(0.25), at(0.75)];
}
