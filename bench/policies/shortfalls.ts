import { OUR_DEFAULT } from './contestants.js';
import { nameOf } from './grid.js';
import type { Measurement } from './measurement.js';
import type { CellResult, Point } from './result-set.js';

/** A point of the grid at which another rule does better than our default. */
export interface Shortfall {
  readonly cellName: string;
  readonly load: number;
  readonly measure: 'mean latency' | 'p99 latency' | 'answered in time';
  readonly ours: number;
  readonly best: number;
  readonly bestName: string;
  /** How much worse ours is, as a share of the best. */
  readonly share: number;
}

/** Below this a difference is taken for the luck of the draw. */
const SMALLEST_SHARE = 0.005;

/** Rules that turn more than this share of the requests away have their latency from that. */
const SAME_ANSWERED_SHARE = 0.01;

/**
 * Lists where another rule beats our default, the worst first. Without deadlines mean and p99 latency count,
 * among the rules that answer as many requests as ours; with them, what is answered in time.
 */
export function findShortfalls(results: readonly CellResult[]): Shortfall[] {
  return results
    .flatMap((result) => {
      const ours = result.pointsByName.get(OUR_DEFAULT) ?? [];
      return ours.flatMap((point, index) => shortfallsAt(result, point, index));
    })
    .filter(({ share }) => share > SMALLEST_SHARE)
    .sort((one, other) => other.share - one.share);
}

function shortfallsAt({ cell, pointsByName }: CellResult, ours: Point, index: number): Shortfall[] {
  const theirs = [...pointsByName].flatMap(([name, points]) => {
    const point = points[index];
    return name === OUR_DEFAULT || point === undefined ? [] : [{ name, measurement: point.measurement }];
  });
  const compare = (measure: Shortfall['measure'], column: keyof Measurement): Shortfall[] => {
    const isLatency = column !== 'goodputPerSecond';
    const rivals = isLatency ? theirs.filter(({ measurement }) => answersAsMany(measurement, ours)) : theirs;
    const best = rivals
      .sort((one, other) => one.measurement[column] - other.measurement[column])
      .at(isLatency ? 0 : -1);
    if (best === undefined) return [];
    const ourValue = ours.measurement[column];
    const bestValue = best.measurement[column];
    const share = (isLatency ? ourValue - bestValue : bestValue - ourValue) / bestValue;
    return [
      {
        cellName: nameOf(cell),
        load: ours.load,
        measure,
        ours: ourValue,
        best: bestValue,
        bestName: best.name,
        share,
      },
    ];
  };
  return Number.isFinite(cell.limitMs)
    ? compare('answered in time', 'goodputPerSecond')
    : [...compare('mean latency', 'meanMs'), ...compare('p99 latency', 'p99Ms')];
}

function answersAsMany({ unansweredShare }: Measurement, ours: Point): boolean {
  return unansweredShare <= ours.measurement.unansweredShare + SAME_ANSWERED_SHARE;
}
