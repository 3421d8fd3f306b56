import { createRandom, shuffled } from '../digit-image/seeded-random.js';
import { measureAccuracy } from './accuracy.js';
import { augment } from './augmentation.js';
import { type DigitDataset, selectDigits, stackImages } from './digit-dataset.js';
import type { DigitNetwork } from './digit-network.js';
import { DIGIT_CLASSES } from './digit-network.js';
import { AdamOptimizer } from './network/adam-optimizer.js';
import { AverageWeights } from './network/average-weights.js';
import { crossEntropy } from './network/cross-entropy.js';

const BATCH_SIZE = 50;
const PEAK_LEARNING_RATE = 0.002;
const WARM_UP_STEPS = 100;
const WEIGHT_DECAY = 0.01;
const AVERAGE_MEMORY = 0.995;

/** What is known after each pass over the training images. */
export interface EpochReport {
  /** From 1. */
  readonly epoch: number;
  /** Mean cross-entropy on this epoch's augmented images. */
  readonly loss: number;
  /** Share of the validation images, 0 to 1, that the mean weights name right. */
  readonly validationAccuracy: number;
}

/**
 * Trains the network in place, every epoch on newly augmented images, and leaves it with the mean weights of
 * the last steps. The same seed and data give the same weights.
 */
export function trainNetwork(
  network: DigitNetwork,
  data: { readonly training: DigitDataset; readonly validation: DigitDataset },
  options: { readonly epochs: number; readonly seed: number },
  onEpoch: (report: EpochReport) => void,
): void {
  const random = createRandom(options.seed);
  const optimizer = new AdamOptimizer(network.parameters, WEIGHT_DECAY);
  const average = new AverageWeights(network.parameters, AVERAGE_MEMORY);
  const stepsPerEpoch = Math.ceil(data.training.images.length / BATCH_SIZE);
  let step = 0;
  for (let epoch = 1; epoch <= options.epochs; epoch++) {
    const order = shuffled(random, data.training.images.keys());
    let loss = 0;
    for (let start = 0; start < order.length; start += BATCH_SIZE) {
      const batch = selectDigits(data.training, order.slice(start, start + BATCH_SIZE));
      const images = stackImages(batch.images.map((image) => augment(image, random)));
      const { mean, gradient } = crossEntropy(network.forward(images, true), batch.labels, DIGIT_CLASSES);
      network.backward(gradient);
      optimizer.step(learningRateAt(step++, options.epochs * stepsPerEpoch));
      average.update();
      loss += mean / stepsPerEpoch;
    }
    const validationAccuracy = average.during(() => measureAccuracy(network, data.validation));
    onEpoch({ epoch, loss, validationAccuracy });
  }
  average.apply();
}

/** Rises in the first steps, then falls along half a cosine to nearly 0. */
function learningRateAt(step: number, steps: number): number {
  const warmUp = Math.min(1, (step + 1) / WARM_UP_STEPS);
  return PEAK_LEARNING_RATE * warmUp * 0.5 * (1 + Math.cos((Math.PI * step) / steps));
}
