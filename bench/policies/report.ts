import { round } from '../measuring/round.js';
import { describeCell, nameOf } from './grid.js';
import type { Measurement } from './measurement.js';
import type { CellResult } from './result-set.js';
import type { Shortfall } from './shortfalls.js';

/** Everything in words and tables, as Markdown. */
export function writeReport(
  seed: number,
  command: string,
  results: readonly CellResult[],
  shortfalls: readonly Shortfall[],
): string {
  return [
    '# Policies side by side',
    `Written by \`${command}\` (seed ${seed}); Poisson arrivals in virtual time, the same for all, batches of at ` +
      'most 64, windows of 5 ms, queues of at most 4096. Ours is the real `DynamicBatcher`; the others are their ' +
      'published rules, without the overhead of their servers. Loads are shares of capacity.',
    ...results.map((result) => writeCell(result)),
    '## Where another rule does better than `adaptive`',
    shortfalls.length === 0
      ? 'Nowhere by more than 0.5 %.'
      : table(
          ['where', 'load', 'measure', 'adaptive', 'best', 'whose', 'worse by'],
          shortfalls.map(({ cellName, load, measure, ours, best, bestName, share }) => [
            cellName,
            percent(load),
            measure,
            short(ours),
            short(best),
            bestName,
            `${(100 * share).toFixed(1)} %`,
          ]),
        ),
  ].join('\n\n');
}

function writeCell({ cell, pointsByName }: CellResult): string {
  const hasDeadline = Number.isFinite(cell.limitMs);
  const showMeasures = hasDeadline
    ? ({ goodputPerSecond, p99Ms, lateShare }: Measurement) =>
        `${short(goodputPerSecond)} / ${answeredP99(p99Ms, lateShare)}`
    : ({ meanMs, p99Ms }: Measurement) => `${short(meanMs)} / ${short(p99Ms)}`;
  const loads = [...pointsByName.values()][0]?.map(({ load }) => percent(load)) ?? [];
  return [
    `## ${describeCell(cell)}`,
    `![Plots](${nameOf(cell)}.svg)`,
    hasDeadline
      ? 'Answers in time a second / p99 of all answers in ms, `!` if more than 0.1 % came late.'
      : 'Mean / p99 latency in ms.',
    table(
      ['', ...loads],
      [...pointsByName].map(([name, points]) => [
        name,
        ...points.map(({ measurement }) => showMeasures(measurement)),
      ]),
    ),
  ].join('\n\n');
}

function answeredP99(p99Ms: number, lateShare: number): string {
  return lateShare > 0.001 ? `${short(p99Ms)}!` : short(p99Ms);
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, header.map((_, index) => (index === 0 ? '---' : '--:')), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : round(value, 3).toString();
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
