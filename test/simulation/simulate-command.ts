import { parseArgs } from 'node:util';
import { parseCount } from '../../bench/measuring/parse-number.js';
import { BrokenPromiseError, simulate, type SimulationReport } from './simulation.js';

const MILLISECONDS_BETWEEN_PROGRESS = 1000;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    requests: { type: 'string', default: '100000' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(`Lets the batcher live through a scenario in virtual time and checks what it promises.

  --seed S       decides everything (default 1)
  --seeds N      that one and the N - 1 after it (default 1)
  --requests N   how many of each (default 100000)
`);
} else {
  await simulateSeeds(
    parseCount('seed', values.seed, 0),
    parseCount('seeds', values.seeds, 1),
    parseCount('requests', values.requests, 1),
  );
}

async function simulateSeeds(firstSeed: number, seeds: number, requests: number): Promise<void> {
  for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
    const startedMs = performance.now();
    try {
      const report = await simulate(seed, requests, createProgress(seed, requests));
      print(report, performance.now() - startedMs);
    } catch (error) {
      if (!(error instanceof BrokenPromiseError)) throw error;
      console.error(`seed ${seed}: ${error.message}`);
      process.exitCode = 1;
    }
  }
}

function createProgress(seed: number, requests: number): (calls: number) => void {
  let shownMs = performance.now();
  return (calls) => {
    if (performance.now() - shownMs < MILLISECONDS_BETWEEN_PROGRESS) return;
    shownMs = performance.now();
    console.error(`seed ${seed}: ${calls} calls of about ${requests}`);
  };
}

function print(
  { seed, scenario, calls, batches, virtualMs, outcomes }: SimulationReport,
  tookMs: number,
): void {
  const { config, curve, workload, load } = scenario;
  console.log(
    `seed ${seed}: ${workload} at ${load * 100} % of capacity, S(n) = ${curve.fixedMs} + ${curve.perRequestMs}·n ms, ` +
      `${config.timeoutStrategy}; ${calls} calls in ${batches} batches, ${(virtualMs / 1000).toFixed(1)} s of ` +
      `virtual time in ${(tookMs / 1000).toFixed(1)} s`,
  );
  for (const [phase, counts] of Object.entries(outcomes)) {
    const listed = [...counts].map(([outcome, count]) => `${outcome} ${count}`);
    console.log(`  ${phase}: ${listed.sort().join(', ')}`);
  }
}
