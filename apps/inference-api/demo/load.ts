import type { GeneratedDigit } from '../digit-image/stroke-digits.js';

/** What one pass over the digits came to. */
export interface DemoRun {
  readonly title: string;
  readonly requests: number;
  readonly correct: number;
  readonly durationMs: number;
  /** Time from sending to the whole answer of each request, ascending. */
  readonly latenciesMs: readonly number[];
  /** How many batches had which size. */
  readonly batchSizes: ReadonlyMap<number, number>;
}

interface Answer {
  readonly isCorrect: boolean;
  readonly latencyMs: number;
  readonly batchId: number;
  readonly batchSize: number;
}

/** Sends each digit in a request of its own, `concurrency` at a time. */
export async function sendDigits(
  title: string,
  url: string,
  digits: readonly GeneratedDigit[],
  concurrency: number,
  onAnswer: () => void,
): Promise<DemoRun> {
  const answers: Answer[] = [];
  const waiting = digits.values();
  const startedAtMs = performance.now();
  const client = async (): Promise<void> => {
    // All clients take from the same iterator, so each digit is sent once.
    for (const digit of waiting) {
      answers.push(await send(url, digit));
      onAnswer();
    }
  };
  await Promise.all(Array.from({ length: concurrency }, client));
  const durationMs = performance.now() - startedAtMs;
  return {
    title,
    requests: digits.length,
    correct: answers.filter(({ isCorrect }) => isCorrect).length,
    durationMs,
    latenciesMs: answers.map(({ latencyMs }) => latencyMs).sort((one, other) => one - other),
    batchSizes: countBatches(answers),
  };
}

async function send(url: string, { label, pixels }: GeneratedDigit): Promise<Answer> {
  const sentAtMs = performance.now();
  const response = await fetch(`${url}/digits/classify`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ pixels }),
  });
  const body = (await response.json()) as { digit: number; message?: string };
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}: ${body.message}`);
  const timing = response.headers.get('server-timing') ?? '';
  return {
    isCorrect: body.digit === label,
    latencyMs: performance.now() - sentAtMs,
    batchSize: readMetric(timing, 'batch'),
    batchId: readMetric(timing, 'batch-id'),
  };
}

function readMetric(serverTiming: string, metric: string): number {
  return Number(new RegExp(`(?:^|, )${metric};desc="(\\d+)"`).exec(serverTiming)?.[1]);
}

function countBatches(answers: readonly Answer[]): Map<number, number> {
  const sizeById = new Map(answers.map(({ batchId, batchSize }) => [batchId, batchSize]));
  const batchSizes = new Map<number, number>();
  for (const size of sizeById.values()) batchSizes.set(size, (batchSizes.get(size) ?? 0) + 1);
  return batchSizes;
}
