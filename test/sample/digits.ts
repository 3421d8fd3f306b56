import { createRandom } from '../../apps/inference-api/digit-image/seeded-random.js';
import { generateDigit, type GeneratedDigit } from '../../apps/inference-api/digit-image/stroke-digits.js';
import { post, type Answer, type ErrorBody } from '../http/json-client.js';

/** What the sample answers for one digit; where it refuses, what is wrong. */
export interface Classification extends ErrorBody {
  readonly digit: number;
  readonly confidence: number;
  readonly probabilities: readonly number[];
}

/** Digits 0, 1, …, 9, 0, … in a hand that the seed decides. */
export function drawDigits(count: number, seed = 1): GeneratedDigit[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, index) => generateDigit(random, index % 10));
}

export function classify(url: string, pixels: readonly number[]): Promise<Answer<Classification>> {
  return post<Classification>(`${url}/digits/classify`, { pixels });
}

/** The largest difference between two rows of probabilities. */
export function largestDifference(received: readonly number[], expected: readonly number[]): number {
  if (received.length !== expected.length) return Infinity;
  return Math.max(...received.map((value, index) => Math.abs(value - (expected[index] ?? NaN))));
}
