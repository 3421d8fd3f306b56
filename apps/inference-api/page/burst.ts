import { createRandom } from '../digit-image/seeded-random.js';
import { generateDigit } from '../digit-image/stroke-digits.js';
import { classify, postJson, type Answer, type Ride } from './classify.js';

const BURST_SIZE = 300;

/** One digit of a burst, with what came of it. */
export interface Rider {
  readonly label: number;
  readonly pixels: readonly number[];
  readonly digit: number;
  readonly ride: Ride;
}

/** Sends a burst of digits; tells on the way how many are answered. */
export type SendBurst = (onProgress: (done: number) => void) => Promise<Rider[]>;

/** Each digit in an HTTP request of its own, all at the same time. */
export const sendAsRequests: SendBurst = (onProgress) => {
  let done = 0;
  return Promise.all(
    drawDigits().map(async ({ label, pixels }) => {
      const { digit, ride } = await classify(pixels);
      done += 1;
      onProgress(done);
      return { label, pixels, digit, ride };
    }),
  );
};

/** All digits in one HTTP request; the server hands each to the batcher by itself. */
export const sendTogether: SendBurst = async (onProgress) => {
  const digits = drawDigits();
  const response = await postJson('/digits/classify-many', { images: digits.map(({ pixels }) => pixels) });
  const answers = (await response.json()) as (Answer & { readonly batch: Ride })[];
  onProgress(answers.length);
  return answers.map(({ digit, batch }, index) => {
    const { label, pixels } = digits[index] ?? { label: -1, pixels: [] };
    return { label, pixels, digit, ride: batch };
  });
};

function drawDigits(): { label: number; pixels: readonly number[] }[] {
  const random = createRandom(Date.now());
  return Array.from({ length: BURST_SIZE }, (_, index) => generateDigit(random, index % 10));
}
