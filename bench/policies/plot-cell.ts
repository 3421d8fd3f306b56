import { renderLinePlots, type Axis, type LineStyle, type Panel } from '../plots/line-plots.js';
import { capacityPerSecond, describeCell, fullBatchMs, MAX_BATCH_SIZE } from './grid.js';
import type { Measurement } from './measurement.js';
import type { CellResult } from './result-set.js';

/** Ours in strong colors and solid, the others thinner; colors after Okabe and Ito, told apart by everyone. */
const STYLES: readonly LineStyle[] = [
  { name: 'adaptive', color: '#0072b2', widthPx: 3 },
  { name: 'dispatch-partial', color: '#56b4e9', widthPx: 2 },
  { name: 'wait-for-full', color: '#009e73', widthPx: 2 },
  { name: 'greedy', color: '#000000', widthPx: 1.5, dashes: '6 3' },
  { name: 'Ray Serve', color: '#a0522d', widthPx: 1.5 },
  { name: 'Triton', color: '#77ac30', widthPx: 1.5, dashes: '2 2' },
  { name: 'TensorFlow', color: '#e69f00', widthPx: 1.5 },
  { name: 'Clipper', color: '#cc79a7', widthPx: 1.5, dashes: '8 2 2 2' },
  { name: 'BentoML', color: '#d55e00', widthPx: 2, dashes: '4 2' },
  { name: 'TEI', color: '#7e57c2', widthPx: 1.5 },
];

/** Mean, p99, goodput and batch size over the load, for one cell. */
export function plotCell(result: CellResult): string {
  const { cell } = result;
  const longestMs = Math.min(20 * fullBatchMs(cell.curve), 4 * cell.limitMs);
  const shortestMs = 0.8 * (cell.curve.fixedMs + cell.curve.perRequestMs);
  const latency: Axis = { label: 'ms', isLogarithmic: true, least: shortestMs, most: longestMs };
  const limit = Number.isFinite(cell.limitMs)
    ? { mark: { y: cell.limitMs, label: 'what callers wait' } }
    : {};
  const capacity = capacityPerSecond(cell);
  return renderLinePlots(describeCell(cell), STYLES, [
    panel(result, 'Mean latency of the answers', latency, ({ meanMs }) => meanMs, limit),
    panel(result, '99th percentile of the answers', latency, ({ p99Ms }) => p99Ms, limit),
    panel(
      result,
      'Answers in time',
      { label: '% of capacity', isLogarithmic: false, least: 0, most: 110 },
      ({ goodputPerSecond }) => (100 * goodputPerSecond) / capacity,
    ),
    panel(
      result,
      'Mean batch size',
      { label: 'requests', isLogarithmic: true, least: 0.9, most: MAX_BATCH_SIZE * 1.1 },
      ({ meanBatchSize }) => meanBatchSize,
    ),
  ]);
}

function panel(
  { pointsByName }: CellResult,
  title: string,
  y: Axis,
  valueOf: (measurement: Measurement) => number,
  extras: Pick<Panel, 'mark'> = {},
): Panel {
  const lines = new Map(
    [...pointsByName].map(([name, points]) => [
      name,
      // Where nothing was answered there is no latency to draw.
      points
        .map(({ load, measurement }) => [100 * load, valueOf(measurement)] as const)
        .filter(([, value]) => value > 0 || !y.isLogarithmic),
    ]),
  );
  const x: Axis = { label: 'offered load, % of capacity', isLogarithmic: true, least: 2, most: 150 };
  return { title, x, y, lines, ...extras };
}
