import type { DemoRun } from './load.js';

const LONGEST_BAR = 40;

/** The runs side by side, and the batch sizes of each as a histogram. */
export function describeRuns(runs: readonly DemoRun[]): string {
  const lines = [
    '',
    row(
      '',
      runs.map(({ title }) => title),
    ),
  ];
  const addRow = (name: string, value: (run: DemoRun) => string): void => {
    lines.push(row(name, runs.map(value)));
  };
  addRow('digits recognized', ({ correct, requests }) => `${((100 * correct) / requests).toFixed(1)} %`);
  addRow('requests a second', ({ requests, durationMs }) => (requests / (durationMs / 1000)).toFixed(0));
  addRow('latency p50', ({ latenciesMs }) => `${quantile(latenciesMs, 0.5).toFixed(1)} ms`);
  addRow('latency p99', ({ latenciesMs }) => `${quantile(latenciesMs, 0.99).toFixed(1)} ms`);
  addRow('mean batch size', ({ batchSizes }) => meanSize(batchSizes).toFixed(1));
  for (const run of runs)
    lines.push('', `  Batches of each size, ${run.title}`, ...histogram(run.batchSizes));
  return lines.join('\n');
}

function row(name: string, values: readonly string[]): string {
  return `  ${name.padEnd(20)}${values.map((value) => value.padStart(14)).join('')}`;
}

function histogram(batchSizes: ReadonlyMap<number, number>): string[] {
  const most = Math.max(...batchSizes.values());
  return [...batchSizes]
    .sort(([one], [other]) => one - other)
    .map(([size, count]) => {
      const bar = '█'.repeat(Math.max(1, Math.round((LONGEST_BAR * count) / most)));
      return `  ${String(size).padStart(5)}  ${bar} ${count}`;
    });
}

function meanSize(batchSizes: ReadonlyMap<number, number>): number {
  let batches = 0;
  let requests = 0;
  for (const [size, count] of batchSizes) {
    batches += count;
    requests += size * count;
  }
  return requests / batches;
}

function quantile(ascending: readonly number[], fraction: number): number {
  return ascending[Math.max(0, Math.ceil(fraction * ascending.length) - 1)] ?? 0;
}
