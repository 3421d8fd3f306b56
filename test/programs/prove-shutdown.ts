import { parseArgs } from 'node:util';
import cliProgress from 'cli-progress';
import { between, createRandom } from '../../apps/inference-api/digit-image/seeded-random.js';
import { parseCount } from '../../bench/measuring/parse-number.js';
import { runShutdownTrial } from './shutdown-trial.js';

/** SIGTERM comes at a random moment of this time under load. */
const LATEST_MS = 500;

const { values } = parseArgs({
  options: {
    trials: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(`Ends servers by SIGTERM under load, and counts from outside whether each request is answered that they have read.

  --trials N    how many servers (default 50)
  --seed S      other moments for the signal (default 1)
`);
} else {
  await proveAll(parseCount('trials', values.trials, 1), parseCount('seed', values.seed, 0));
}

async function proveAll(trials: number, seed: number): Promise<void> {
  const random = createRandom(seed);
  const bar = new cliProgress.SingleBar({
    format:
      '  shutdown under load {bar} {value} of {total} trials | {answered} requests answered | {eta_formatted} left',
    hideCursor: true,
  });

  let answered = 0;
  const faults: string[] = [];
  bar.start(trials, 0, { answered });
  for (let trial = 1; trial <= trials; trial += 1) {
    const afterMs = Math.round(between(random, 0, LATEST_MS));
    const result = await runShutdownTrial(afterMs);
    answered += result.answered;
    faults.push(...result.faults.map((fault) => `trial ${trial}, SIGTERM after ${afterMs} ms: ${fault}`));
    bar.update(trial, { answered });
  }
  bar.stop();

  for (const fault of faults) console.error(`  ${fault}`);
  console.log(
    faults.length === 0
      ? `\n  ${trials} servers ended by SIGTERM under load: each of the ${answered} requests that they had read was answered.`
      : `\n  ${faults.length} faults in ${trials} trials.`,
  );
  process.exitCode = faults.length === 0 ? 0 : 1;
}
