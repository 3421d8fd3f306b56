import { parseArgs } from 'node:util';
import cliProgress from 'cli-progress';
import { createRandom } from '../digit-image/seeded-random.js';
import { generateDigit, type GeneratedDigit } from '../digit-image/stroke-digits.js';
import { sendDigits, type DemoRun } from './load.js';
import { describeRuns } from './report.js';
import { startSampleServer } from './sample-server.js';

/** Connections at the same time: as many clients, each with one request under way. */
const CONCURRENCY = 64;
const WARM_UP_REQUESTS = 64;

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    requests: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
  },
});
const random = createRandom(Number(values.seed));
const digits = Array.from({ length: Number(values.requests) }, (_, index) =>
  generateDigit(random, index % 10),
);

const batched = await measureBatched(values.url);
const unbatched = await measureOwnServer('unbatched', { MAX_BATCH_SIZE: '1' });
console.log(describeRuns([batched, unbatched]));

/** A server that runs already (`--url`) is measured as it is; otherwise one of our own is started. */
function measureBatched(url: string | undefined): Promise<DemoRun> {
  return url === undefined ? measureOwnServer('batched', {}) : measure('batched', url);
}

async function measureOwnServer(title: string, environment: Record<string, string>): Promise<DemoRun> {
  const server = await startSampleServer(environment);
  try {
    return await measure(title, server.url);
  } finally {
    await server.stop();
  }
}

async function measure(title: string, url: string): Promise<DemoRun> {
  const bar = new cliProgress.SingleBar({
    format: `  ${title.padEnd(10)} {bar} {percentage} % | {value} of {total} digits | {eta_formatted} left`,
    hideCursor: true,
  });
  await sendDigits(title, url, digits.slice(0, WARM_UP_REQUESTS), CONCURRENCY, () => undefined);
  bar.start(digits.length, 0);
  try {
    return await sendDigits(title, url, digits satisfies GeneratedDigit[], CONCURRENCY, () =>
      bar.increment(),
    );
  } finally {
    bar.stop();
  }
}
