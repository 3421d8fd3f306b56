import type { BatchInfo } from 'nestjs-batching';
import type { OnnxResultRow } from 'nestjs-batching/onnx';

/** The answer for one image. */
export interface Classification {
  /** The most probable digit, 0 to 9. */
  readonly digit: number;
  /** Its probability, 0 to 1. */
  readonly confidence: number;
  /** The probability of each digit, 0 to 9; together 1. */
  readonly probabilities: readonly number[];
  /** The batch that the image rode in, where one call carries several images. */
  readonly batch?: BatchInfo;
}

/** From the model's row, `logits` float32 [10]. */
export function toClassification({ logits }: OnnxResultRow): Classification {
  const probabilities = softmax(Array.from(logits?.data as Float32Array));
  const confidence = Math.max(...probabilities);
  return { digit: probabilities.indexOf(confidence), confidence, probabilities };
}

function softmax(logits: readonly number[]): number[] {
  // Less the largest, so that no power is too large for a number.
  const largest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
