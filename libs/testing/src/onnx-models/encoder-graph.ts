import type { OnnxAttribute, OnnxInitializer, OnnxNode } from './onnx-graph.js';
import { randomWeights } from './random-weights.js';
import { SeededRandom } from '../simulation/seeded-random.js';

/** ONNX's number for the element type float32, as `Cast` wants it. */
const FLOAT32 = 1;

/** Added to the score of a padded position, after which its share of the attention is exactly 0. */
const MASKED_SCORE = -1e9;

/**
 * The parts of a transformer encoder, each written down as operators. Every part takes the name of the value that
 * it reads and gives the name of the one that it makes.
 */
export class EncoderGraph {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxInitializer[] = [];

  private readonly random: SeededRandom;
  private valueCount = 0;

  constructor(
    private readonly width: number,
    private readonly heads: number,
    seed: number,
  ) {
    this.random = new SeededRandom(seed);
  }

  /** Makes `present` [batch, sequence], 1 for what is no padding, and `maskedScores` [batch, 1, 1, sequence]. */
  readMask(): void {
    this.nodes.push({
      op: 'Cast',
      inputs: ['mask'],
      outputs: ['present'],
      attributes: { to: { int: FLOAT32 } },
    });
    const absent = this.node('Sub', [this.scalar(1), 'present']);
    const scores = this.node('Mul', [absent, this.scalar(MASKED_SCORE)]);
    this.nodes.push({ op: 'Unsqueeze', inputs: [scores, this.ints([1, 2])], outputs: ['maskedScores'] });
  }

  /** What is known of each token, and of its place, from tables. */
  embed(vocabulary: number, maxSequence: number): string {
    const tokens = this.node('Gather', [this.weights([vocabulary, this.width]), 'ids']);
    const length = this.node('Gather', [this.node('Shape', ['ids']), this.ints(1)]);
    const places = this.node('Range', [this.ints(0), length, this.ints(1)]);
    const positions = this.node('Gather', [this.weights([maxSequence, this.width]), places]);
    return this.normalize(this.node('Add', [tokens, positions]));
  }

  /** Self-attention of several heads, in which no position looks at padding. */
  attend(input: string): string {
    const queries = this.intoHeads(this.dense(input, this.width, this.width), [0, 2, 1, 3]);
    const keys = this.intoHeads(this.dense(input, this.width, this.width), [0, 2, 3, 1]);
    const values = this.intoHeads(this.dense(input, this.width, this.width), [0, 2, 1, 3]);
    const products = this.node('MatMul', [queries, keys]);
    const scaled = this.node('Mul', [products, this.scalar(1 / Math.sqrt(this.width / this.heads))]);
    const scores = this.node('Add', [scaled, 'maskedScores']);
    const shares = this.node('Softmax', [scores], { axis: { int: -1 } });
    const mixed = this.node('Transpose', [this.node('MatMul', [shares, values])], {
      perm: { ints: [0, 2, 1, 3] },
    });
    return this.dense(this.node('Reshape', [mixed, this.ints([0, 0, this.width])]), this.width, this.width);
  }

  /** Two layers with GELU between them (Hendrycks and Gimpel 2016), four times as wide inside. */
  feedForward(input: string): string {
    const inner = this.dense(input, this.width, 4 * this.width);
    const error = this.node('Erf', [this.node('Mul', [inner, this.scalar(Math.SQRT1_2)])]);
    const gate = this.node('Mul', [this.node('Add', [error, this.scalar(1)]), this.scalar(0.5)]);
    return this.dense(this.node('Mul', [inner, gate]), 4 * this.width, this.width);
  }

  addAndNormalize(input: string, change: string): string {
    return this.normalize(this.node('Add', [input, change]));
  }

  /** Makes `hidden` and `pooled`, its mean over what is no padding. */
  finish(input: string): void {
    this.nodes.push({ op: 'Identity', inputs: [input], outputs: ['hidden'] });
    const present = this.node('Unsqueeze', ['present', this.ints([2])]);
    const total = this.node('ReduceSum', [this.node('Mul', [input, present]), this.ints([1])], {
      keepdims: { int: 0 },
    });
    const count = this.node('ReduceSum', ['present', this.ints([1])]);
    // A row of nothing but padding has the mean 0.
    const divisor = this.node('Max', [count, this.scalar(1)]);
    this.nodes.push({ op: 'Div', inputs: [total, divisor], outputs: ['pooled'] });
  }

  /** [batch, sequence, width] with the width cut into heads, and its axes in another order. */
  private intoHeads(input: string, axes: readonly number[]): string {
    const shape = this.ints([0, 0, this.heads, this.width / this.heads]);
    return this.node('Transpose', [this.node('Reshape', [input, shape])], { perm: { ints: axes } });
  }

  private dense(input: string, inputs: number, outputs: number): string {
    const product = this.node('MatMul', [input, this.weights([inputs, outputs])]);
    return this.node('Add', [product, this.weights([outputs])]);
  }

  private normalize(input: string): string {
    const scale = this.constant('float32', [this.width], new Float32Array(this.width).fill(1));
    const bias = this.constant('float32', [this.width], new Float32Array(this.width));
    return this.node('LayerNormalization', [input, scale, bias], { axis: { int: -1 } });
  }

  private node(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): string {
    const output = this.newName('value');
    this.nodes.push({ op, inputs, outputs: [output], attributes });
    return output;
  }

  private weights(dims: readonly number[]): string {
    const count = dims.reduce((product, size) => product * size, 1);
    return this.constant('float32', dims, randomWeights(this.random, dims[0] ?? 1, count));
  }

  private scalar(value: number): string {
    return this.constant('float32', [], [value]);
  }

  private ints(values: number | readonly number[]): string {
    return typeof values === 'number'
      ? this.constant('int64', [], [values])
      : this.constant('int64', [values.length], values);
  }

  private constant(
    type: OnnxInitializer['type'],
    dims: readonly number[],
    data: OnnxInitializer['data'],
  ): string {
    const name = this.newName('constant');
    this.initializers.push({ name, type, dims, data });
    return name;
  }

  private newName(kind: string): string {
    this.valueCount += 1;
    return `${kind}${this.valueCount}`;
  }
}
