import { renderLinePlots, type Axis, type LineStyle, type Panel } from '../plots/line-plots.js';
import type { SweepPoint } from './sweep.js';

/** Colors after Okabe and Ito, told apart by everyone; what is bare is dashed. */
const COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7'];

/** Items a second over the batch size, and ours as a share of the bare loop's, for each model. */
export function plotSweep(title: string, points: readonly SweepPoint[]): string {
  const counts = [...new Set(points.map(({ instances }) => instances))];
  const styles = counts.flatMap((instances, index): LineStyle[] => {
    const color = COLORS[index % COLORS.length] ?? '#000000';
    return [
      { name: oursOn(instances), color, widthPx: 2.5 },
      { name: bareOn(instances), color, widthPx: 1.5, dashes: '5 3' },
    ];
  });
  const names = [...new Set(points.map(({ model }) => model))];
  const panels = names.flatMap((name) => {
    const own = points.filter(({ model }) => model === name);
    return [throughputPanel(name, own), sharePanel(name, own)];
  });
  return renderLinePlots(title, styles, panels);
}

function throughputPanel(name: string, points: readonly SweepPoint[]): Panel {
  const values = points.flatMap((point) => [point.itemsPerSecond, point.bareItemsPerSecond]);
  return {
    title: `${name}: throughput`,
    x: sizeAxis(points),
    y: {
      label: 'items/s',
      isLogarithmic: true,
      least: 0.8 * Math.min(...values),
      most: 1.25 * Math.max(...values),
    },
    lines: new Map([
      ...linesOf(points, oursOn, ({ itemsPerSecond }) => itemsPerSecond),
      ...linesOf(points, bareOn, ({ bareItemsPerSecond }) => bareItemsPerSecond),
    ]),
  };
}

function sharePanel(name: string, points: readonly SweepPoint[]): Panel {
  return {
    title: `${name}: share of the bare loop`,
    x: sizeAxis(points),
    y: { label: '%', isLogarithmic: false, least: 0, most: 120 },
    lines: linesOf(points, oursOn, ({ ratio }) => 100 * ratio),
    mark: { y: 95, label: '95 %' },
  };
}

function sizeAxis(points: readonly SweepPoint[]): Axis {
  const sizes = points.map(({ batchSize }) => batchSize);
  const least = Math.min(...sizes);
  return {
    label: 'batch size',
    isLogarithmic: true,
    least: 0.9 * least,
    most: 1.1 * Math.max(2 * least, ...sizes),
  };
}

function linesOf(
  points: readonly SweepPoint[],
  nameOf: (instances: number) => string,
  valueOf: (point: SweepPoint) => number,
): Map<string, (readonly [number, number])[]> {
  const lines = new Map<string, (readonly [number, number])[]>();
  for (const point of points) {
    const name = nameOf(point.instances);
    lines.set(name, [...(lines.get(name) ?? []), [point.batchSize, valueOf(point)]]);
  }
  return lines;
}

function oursOn(instances: number): string {
  return `OnnxModel, ${instances}`;
}

function bareOn(instances: number): string {
  return `bare loop, ${instances}`;
}
