import type { OnnxRow } from 'nestjs-batching/onnx';

/** Pixels from 0 to 255, row by row, as the model wants them: float32 [1, 28, 28] from 0 to 1. */
export function toModelInput(pixels: ArrayLike<number>): OnnxRow {
  return { image: new Float32Array(pixels).map((pixel) => pixel / 255) };
}
