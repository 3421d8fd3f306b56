import { EncoderGraph } from './encoder-graph.js';
import { buildOnnxModel } from './onnx-model-builder.js';

/** How large the encoder is. */
export interface EncoderModelOptions {
  /** Number of different ids, from 0. Integer from 1. Default 1,000. */
  readonly vocabulary?: number;
  /** The longest sequence. Integer from 1. Default 128. */
  readonly maxSequence?: number;
  /** Length of what is known of each token; a multiple of `heads`. Default 64. */
  readonly width?: number;
  /** Parts into which attention is divided. Integer from 1. Default 4. */
  readonly heads?: number;
  /** How often attention and feed-forward follow each other. Integer from 1. Default 2. */
  readonly layers?: number;
  /** Other weights for another seed. Default 1. */
  readonly seed?: number;
}

/**
 * A small transformer encoder with random weights, built as BERT is (Devlin et al. 2018): embedding of tokens and
 * positions, then layers of self-attention and feed-forward, each added to what it had and normalized.
 *
 * Inputs `ids` and `mask`, both `int64 [batch, sequence]`; where the mask is 0 there is padding that nothing else
 * depends on. Outputs `hidden` of `float32 [batch, sequence, width]`, of no account where there is padding, and
 * `pooled` of `float32 [batch, width]`, the mean of `hidden` over what is no padding.
 *
 * @throws RangeError where `width` is not a multiple of `heads`.
 */
export function buildEncoderModel({
  vocabulary = 1000,
  maxSequence = 128,
  width = 64,
  heads = 4,
  layers = 2,
  seed = 1,
}: EncoderModelOptions = {}): Promise<Uint8Array> {
  if (width % heads !== 0) {
    throw new RangeError(`width must be a multiple of heads, received ${width} with ${heads} heads.`);
  }
  const graph = new EncoderGraph(width, heads, seed);
  graph.readMask();
  let hidden = graph.embed(vocabulary, maxSequence);
  for (let layer = 0; layer < layers; layer += 1) {
    const attended = graph.addAndNormalize(hidden, graph.attend(hidden));
    hidden = graph.addAndNormalize(attended, graph.feedForward(attended));
  }
  graph.finish(hidden);
  return buildOnnxModel({
    name: 'encoder',
    inputs: [
      { name: 'ids', type: 'int64', shape: ['batch', 'sequence'] },
      { name: 'mask', type: 'int64', shape: ['batch', 'sequence'] },
    ],
    outputs: [
      { name: 'hidden', type: 'float32', shape: ['batch', 'sequence', width] },
      { name: 'pooled', type: 'float32', shape: ['batch', width] },
    ],
    nodes: graph.nodes,
    initializers: graph.initializers,
  });
}
