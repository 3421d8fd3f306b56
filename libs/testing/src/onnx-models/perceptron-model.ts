import type { OnnxGraph } from './onnx-graph.js';
import { buildOnnxModel } from './onnx-model-builder.js';
import { randomWeights } from './random-weights.js';
import { SeededRandom } from '../simulation/seeded-random.js';

/** How large the perceptron is. */
export interface PerceptronModelOptions {
  /** Number of layers, integer from 1. */
  readonly layers: number;
  /** Length of the input, the output and of what each layer gives to the next; integer from 1. */
  readonly width: number;
  /** Other weights for another seed. Default 1. */
  readonly seed?: number;
}

/**
 * A multi-layer perceptron with random weights: input `x` of `float32 [batch, width]`, output `y` of the same
 * shape, ReLU between the layers. It costs `2 · layers · width²` operations a row and is as large as its
 * `4 · layers · width²` bytes of weights, which makes it a model whose batches gain much.
 */
export function buildPerceptronModel({
  layers,
  width,
  seed = 1,
}: PerceptronModelOptions): Promise<Uint8Array> {
  const random = new SeededRandom(seed);
  const indexes = Array.from({ length: layers }, (_, index) => index);
  return buildOnnxModel({
    name: 'perceptron',
    inputs: [{ name: 'x', type: 'float32', shape: ['batch', width] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['batch', width] }],
    nodes: indexes.flatMap((index) => layerNodes(index, index === layers - 1)),
    initializers: indexes.map((index) => ({
      name: `weights${index}`,
      type: 'float32',
      dims: [width, width],
      data: randomWeights(random, width, width * width),
    })),
  });
}

function layerNodes(index: number, isLast: boolean): OnnxGraph['nodes'] {
  const input = index === 0 ? 'x' : `active${index - 1}`;
  if (isLast) return [{ op: 'MatMul', inputs: [input, `weights${index}`], outputs: ['y'] }];
  return [
    { op: 'MatMul', inputs: [input, `weights${index}`], outputs: [`sum${index}`] },
    { op: 'Relu', inputs: [`sum${index}`], outputs: [`active${index}`] },
  ];
}
