/** Numbers that training changes, and the direction in which the loss grows with each of them. */
export interface Parameter {
  /** Row-major. */
  readonly values: Float32Array;
  /** Same layout as `values`; `backward` adds to it. */
  readonly gradients: Float32Array;
}

/**
 * One step of a network. A batch is a flat, row-major array, one example after the other.
 *
 * The arrays that `forward` and `backward` return belong to the layer and are overwritten by its next call.
 */
export interface Layer {
  readonly parameters: readonly Parameter[];

  /** @param training whether `backward` follows; a layer may act otherwise then (dropout does) */
  forward(input: Float32Array, batchSize: number, training: boolean): Float32Array;

  /**
   * Adds to the gradients of the parameters, for the batch of the last `forward`.
   *
   * @param outputGradient how the loss grows with each output
   * @returns how the loss grows with each input
   */
  backward(outputGradient: Float32Array, batchSize: number): Float32Array;
}

/** A parameter whose gradients are still zero. */
export function createParameter(values: Float32Array): Parameter {
  return { values, gradients: new Float32Array(values.length) };
}

/** Gives `buffer` if it is long enough, else a new one; training then reuses memory from batch to batch. */
export function atLeast(buffer: Float32Array, length: number): Float32Array {
  return buffer.length >= length ? buffer : new Float32Array(length);
}
