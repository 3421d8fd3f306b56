import { DIGIT_CLASSES, type DigitNetwork } from './digit-network.js';
import { type DigitDataset, stackImages } from './digit-dataset.js';

const BATCH_SIZE = 100;

/** Share of the digits, 0 to 1, that the network names right. */
export function measureAccuracy(network: DigitNetwork, digits: DigitDataset): number {
  let right = 0;
  for (let start = 0; start < digits.images.length; start += BATCH_SIZE) {
    const logits = network.forward(stackImages(digits.images.slice(start, start + BATCH_SIZE)));
    right += countRight(logits, digits.labels.subarray(start, start + BATCH_SIZE));
  }
  return right / digits.images.length;
}

/** Number of rows of `logits` `[N, 10]` whose largest value is at the label. */
export function countRight(logits: Float32Array, labels: Uint8Array): number {
  return labels.filter((label, row) => {
    const scores = logits.subarray(row * DIGIT_CLASSES, (row + 1) * DIGIT_CLASSES);
    return scores.indexOf(Math.max(...scores)) === label;
  }).length;
}
