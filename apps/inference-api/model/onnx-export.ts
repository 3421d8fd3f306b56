import { buildOnnxModel } from 'nestjs-batching/testing';
import { DIGIT_CLASSES, type DigitNetwork } from './digit-network.js';
import type { ConvolutionLayer } from './network/convolution-layer.js';
import type { DenseLayer } from './network/dense-layer.js';

type Graph = Parameters<typeof buildOnnxModel>[0];
type Node = Graph['nodes'][number];
type Initializer = NonNullable<Graph['initializers']>[number];

interface Part {
  readonly nodes: readonly Node[];
  readonly initializers: readonly Initializer[];
}

/** The network as an ONNX file: `image` float32 `[N, 1, 28, 28]` → `logits` float32 `[N, 10]`, N free. */
export async function exportNetwork(network: DigitNetwork): Promise<Uint8Array> {
  const parts = [
    convolutionRound('conv1', network.firstConvolution, 'image', 'pooled1'),
    convolutionRound('conv2', network.secondConvolution, 'pooled1', 'pooled2'),
    { nodes: [{ op: 'Flatten', inputs: ['pooled2'], outputs: ['features'] }], initializers: [] },
    dense('dense1', network.hidden, 'features', 'hidden'),
    { nodes: [{ op: 'Relu', inputs: ['hidden'], outputs: ['active'] }], initializers: [] },
    dense('dense2', network.classifier, 'active', 'logits'),
  ] satisfies Part[];
  return await buildOnnxModel({
    name: 'digits',
    description: 'Handwritten digits. image: 0 background to 1 ink. logits: one per digit, before softmax.',
    inputs: [{ name: 'image', type: 'float32', shape: ['N', 1, 28, 28] }],
    outputs: [{ name: 'logits', type: 'float32', shape: ['N', DIGIT_CLASSES] }],
    nodes: parts.flatMap(({ nodes }) => nodes),
    initializers: parts.flatMap(({ initializers }) => initializers),
  });
}

function convolutionRound(name: string, layer: ConvolutionLayer, input: string, output: string): Part {
  const { channels, outputChannels, kernelSize } = layer.shape;
  const padding = (kernelSize - 1) / 2;
  return {
    nodes: [
      {
        op: 'Conv',
        inputs: [input, `${name}.weight`, `${name}.bias`],
        outputs: [name],
        attributes: {
          kernel_shape: { ints: [kernelSize, kernelSize] },
          pads: { ints: [padding, padding, padding, padding] },
        },
      },
      { op: 'Relu', inputs: [name], outputs: [`${name}.relu`] },
      {
        op: 'MaxPool',
        inputs: [`${name}.relu`],
        outputs: [output],
        attributes: { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } },
      },
    ],
    initializers: [
      {
        name: `${name}.weight`,
        type: 'float32',
        dims: [outputChannels, channels, kernelSize, kernelSize],
        data: layer.weights.values,
      },
      { name: `${name}.bias`, type: 'float32', dims: [outputChannels], data: layer.bias.values },
    ],
  };
}

function dense(name: string, layer: DenseLayer, input: string, output: string): Part {
  return {
    nodes: [
      {
        op: 'Gemm',
        inputs: [input, `${name}.weight`, `${name}.bias`],
        outputs: [output],
        attributes: { transB: { int: 1 } },
      },
    ],
    initializers: [
      {
        name: `${name}.weight`,
        type: 'float32',
        dims: [layer.outputs, layer.inputs],
        data: layer.weights.values,
      },
      { name: `${name}.bias`, type: 'float32', dims: [layer.outputs], data: layer.bias.values },
    ],
  };
}
