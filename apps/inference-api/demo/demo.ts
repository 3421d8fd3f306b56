import { parseArgs } from 'node:util';
import cliProgress from 'cli-progress';
import { createRandom } from '../digit-image/seeded-random.js';
import { generateDigit, type GeneratedDigit } from '../digit-image/stroke-digits.js';
import { parseInteger } from '../src/configuration/parse-integer.js';
import { sendDigits, type DemoRun } from './load.js';
import { describeRuns } from './report.js';
import { startSampleServer } from './sample-server.js';

/** Connections at the same time: as many clients, each with one request under way. */
const CONCURRENCY = 64;
const WARM_UP_REQUESTS = 64;
/** All digits are drawn first, 6 kB each. */
const MOST_REQUESTS = 100_000;

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    requests: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(`Sends generated digits to the sample, batched and unbatched, and tells what came of it.

  --url URL      measures the server there in place of one of its own that batches
  --requests N   how many digits (default 1000)
  --seed S       other digits (default 1)
`);
} else {
  const random = createRandom(parseInteger('--seed', values.seed, 0, Number.MAX_SAFE_INTEGER));
  const requests = parseInteger('--requests', values.requests, 1, MOST_REQUESTS);
  await compare(Array.from({ length: requests }, (_, index) => generateDigit(random, index % 10)));
}

async function compare(digits: readonly GeneratedDigit[]): Promise<void> {
  const batched = await measureBatched(digits, values.url);
  const unbatched = await measureOwnServer('unbatched', digits, { MAX_BATCH_SIZE: '1' });
  console.log(describeRuns([batched, unbatched]));
}

/** A server that runs already (`--url`) is measured as it is; otherwise one of our own is started. */
function measureBatched(digits: readonly GeneratedDigit[], url: string | undefined): Promise<DemoRun> {
  return url === undefined ? measureOwnServer('batched', digits, {}) : measure('batched', digits, url);
}

async function measureOwnServer(
  title: string,
  digits: readonly GeneratedDigit[],
  environment: Record<string, string>,
): Promise<DemoRun> {
  const server = await startSampleServer(environment);
  try {
    return await measure(title, digits, server.url);
  } finally {
    await server.stop();
  }
}

async function measure(title: string, digits: readonly GeneratedDigit[], url: string): Promise<DemoRun> {
  const bar = new cliProgress.SingleBar({
    format: `  ${title.padEnd(10)} {bar} {percentage} % | {value} of {total} digits | {eta_formatted} left`,
    hideCursor: true,
  });
  await sendDigits(title, url, digits.slice(0, WARM_UP_REQUESTS), CONCURRENCY, () => undefined);
  bar.start(digits.length, 0);
  try {
    return await sendDigits(title, url, digits, CONCURRENCY, () => bar.increment());
  } finally {
    bar.stop();
  }
}
