import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

/** What the programs of this proof report. */
interface Report {
  readonly right: number;
  readonly wrong: number;
  readonly rejected: Readonly<Record<string, number>>;
  readonly left: readonly number[];
  readonly memory: readonly { readonly heapMegabytes: number; readonly rssMegabytes: number }[];
}

interface Trial {
  readonly title: string;
  readonly program: string;
  readonly arguments: readonly string[];
  /** The only error that a caller may get; undefined if none may. */
  readonly mayReject?: string;
}

/**
 * How far the heap and all memory may grow from the second note to the last, in MB: what one run differs from another.
 */
const HEAP_NOISE_MB = 4;
const RSS_NOISE_MB = 48;

const trials: readonly Trial[] = [
  {
    title: '100 worker processes killed, 10 retries',
    program: 'chaos-kills.js',
    arguments: ['--kills', '100'],
  },
  {
    title: '50 worker processes killed, no retries',
    program: 'chaos-kills.js',
    arguments: ['--kills', '50', '--retries', '0'],
    mayReject: 'WORKER_ENDED',
  },
  { title: '20 reloads in threads', program: 'chaos-reloads.js', arguments: ['--isolation', 'thread'] },
  { title: '20 reloads in processes', program: 'chaos-reloads.js', arguments: ['--isolation', 'process'] },
];

// It takes minutes and no arguments: whoever gives some wants something else.
parseArgs();

for (const trial of trials) {
  const report = await run(trial);
  const first = report.memory[1] ?? report.memory[0];
  const last = report.memory.at(-1);
  const heapMb = (last?.heapMegabytes ?? 0) - (first?.heapMegabytes ?? 0);
  const rssMb = (last?.rssMegabytes ?? 0) - (first?.rssMegabytes ?? 0);
  const unexpected = Object.keys(report.rejected).filter((code) => code !== trial.mayReject);
  const isFine =
    report.wrong === 0 &&
    unexpected.length === 0 &&
    report.left.length === 0 &&
    heapMb < HEAP_NOISE_MB &&
    rssMb < RSS_NOISE_MB;
  if (!isFine) process.exitCode = 1;
  console.log(
    `  ${isFine ? 'in order' : 'AT FAULT'}: ${trial.title}: ${report.right} right, ${report.wrong} wrong, rejected ` +
      `${JSON.stringify(report.rejected)}; ${report.left.length} processes left; heap ${heapMb.toFixed(1)} MB, ` +
      `all memory ${rssMb.toFixed(1)} MB more than at the second look`,
  );
}

async function run(trial: Trial): Promise<Report> {
  const file = fileURLToPath(new URL(trial.program, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', file, ...trial.arguments]);
  return JSON.parse(stdout) as Report;
}
