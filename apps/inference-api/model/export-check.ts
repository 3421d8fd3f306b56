import { type DigitDataset, stackImages } from './digit-dataset.js';
import { DIGIT_CLASSES, type DigitNetwork } from './digit-network.js';
import type { ExportedModel } from './exported-model.js';

/** Largest difference, in logits, between our own forward pass and ONNX Runtime's that is still rounding. */
const EXPORT_TOLERANCE = 1e-4;

/** How closely the exported model follows the network. */
export interface ExportReport {
  /** Largest difference of any logit from our own forward pass. */
  readonly differenceFromNetwork: number;
  /** Largest difference of any logit between an image alone and the same image within the full batch. */
  readonly differenceFromAlone: number;
}

/**
 * Compares an exported model, on all the digits in one batch and on each of them alone, with the network that
 * it was exported from.
 *
 * @throws Error where it differs from the network by more than 1e-4
 */
export async function checkExport(
  model: ExportedModel,
  network: DigitNetwork,
  { images }: DigitDataset,
): Promise<ExportReport> {
  const stacked = stackImages(images);
  const together = await model.classify(stacked);
  const differenceFromNetwork = largestDifference(together, network.forward(stacked));
  if (!(differenceFromNetwork <= EXPORT_TOLERANCE)) {
    throw new Error(
      `The exported model differs by ${differenceFromNetwork}, allowed is ${EXPORT_TOLERANCE}.`,
    );
  }
  let differenceFromAlone = 0;
  for (const [index, image] of images.entries()) {
    const row = together.subarray(index * DIGIT_CLASSES, (index + 1) * DIGIT_CLASSES);
    differenceFromAlone = Math.max(differenceFromAlone, largestDifference(await model.classify(image), row));
  }
  return { differenceFromNetwork, differenceFromAlone };
}

function largestDifference(left: Float32Array, right: Float32Array): number {
  return left.reduce((most, value, index) => Math.max(most, Math.abs(value - (right[index] ?? NaN))), 0);
}
