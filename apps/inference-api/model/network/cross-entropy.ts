/** How wrong a batch of predictions is. */
export interface Loss {
  /** Mean over the batch of -ln(probability of the right class); 0 is perfect. */
  readonly mean: number;
  /** How the mean grows with each logit, `[N, classes]`. */
  readonly gradient: Float32Array;
}

/**
 * Cross-entropy of softmax.
 *
 * @param logits `[N, classes]`, any numbers
 * @param labels `[N]`, the right class of each, from 0
 */
export function crossEntropy(logits: Float32Array, labels: Uint8Array, classes: number): Loss {
  const gradient = new Float32Array(labels.length * classes);
  let total = 0;
  labels.forEach((label, row) => {
    const scores = logits.subarray(row * classes, (row + 1) * classes);
    const largest = Math.max(...scores);
    // Subtracting the largest leaves the result as it is and keeps the exponentials finite.
    const exponentials = Array.from(scores, (score) => Math.exp(score - largest));
    const sum = exponentials.reduce((partial, value) => partial + value, 0);
    exponentials.forEach((value, index) => {
      const target = index === label ? 1 : 0;
      gradient[row * classes + index] = (value / sum - target) / labels.length;
    });
    total -= (scores[label] ?? 0) - largest - Math.log(sum);
  });
  return { mean: total / labels.length, gradient };
}
