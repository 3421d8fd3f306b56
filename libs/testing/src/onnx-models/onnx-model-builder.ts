import type { OnnxAttribute, OnnxGraph, OnnxInitializer, OnnxNode, OnnxValue } from './onnx-graph.js';
import { loadModelProto } from './onnx-proto.js';
import { elementTypeCode, encodeTensorData } from './onnx-tensor-data.js';

/**
 * Encodes an ONNX model, ready for a file or for `InferenceSession.create`, from a plain description.
 *
 * It checks what it needs in order to encode; whether the operators fit together is for the runtime to say.
 * The same description always gives the same bytes.
 *
 * @example
 * const model = await buildOnnxModel({
 *   inputs: [{ name: 'x', type: 'float32', shape: ['batch', 2] }],
 *   outputs: [{ name: 'y', type: 'float32', shape: ['batch', 1] }],
 *   nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
 *   initializers: [{ name: 'w', type: 'float32', dims: [2, 1], data: [3, 4] }],
 * });
 *
 * @throws Error where `protobufjs` is not installed, `irVersion` is out of range, an initializer's data do not
 * fill its shape, or a node reads a value that nothing before it produces.
 */
export async function buildOnnxModel(graph: OnnxGraph): Promise<Uint8Array> {
  const irVersion = graph.irVersion ?? 8;
  if (irVersion < 8 || irVersion > 10) {
    throw new Error(`irVersion must be 8, 9 or 10, received ${irVersion}.`);
  }
  checkThatValuesExist(graph);
  const modelProto = await loadModelProto();
  const message = modelProto.create({
    irVersion,
    producerName: graph.producer ?? 'nestjs-batching',
    ...(graph.description !== undefined && { docString: graph.description }),
    opsetImport: [{ domain: '', version: graph.opset ?? 17 }],
    graph: {
      name: graph.name ?? 'graph',
      node: graph.nodes.map(toNodeProto),
      initializer: (graph.initializers ?? []).map(toTensorProto),
      input: graph.inputs.map(toValueInfoProto),
      output: graph.outputs.map(toValueInfoProto),
    },
  });
  // A copy, because the encoder's result may be a view into a larger pool that must not travel to a worker.
  return new Uint8Array(modelProto.encode(message).finish());
}

function checkThatValuesExist({ inputs, outputs, nodes, initializers = [] }: OnnxGraph): void {
  const known = new Set(['', ...inputs.map(({ name }) => name), ...initializers.map(({ name }) => name)]);
  for (const node of nodes) {
    for (const input of node.inputs) {
      if (!known.has(input)) {
        throw new Error(`${node.op} reads "${input}", which no input, initializer or earlier node provides.`);
      }
    }
    node.outputs.forEach((output) => known.add(output));
  }
  for (const { name } of outputs) {
    if (!known.has(name)) {
      throw new Error(`The output "${name}" is produced by no node.`);
    }
  }
}

function toNodeProto({ op, inputs, outputs, attributes = {} }: OnnxNode): object {
  return {
    name: `${op}:${outputs[0] ?? ''}`,
    opType: op,
    input: inputs,
    output: outputs,
    attribute: Object.entries(attributes).map(([name, attribute]) => ({
      name,
      ...toAttributeContent(attribute),
    })),
  };
}

function toAttributeContent(attribute: OnnxAttribute): object {
  if ('float' in attribute) return { type: 1, f: attribute.float };
  if ('int' in attribute) return { type: 2, i: attribute.int };
  if ('string' in attribute) return { type: 3, s: toUtf8(attribute.string) };
  if ('tensor' in attribute) return { type: 4, t: toTensorProto({ name: '', ...attribute.tensor }) };
  if ('floats' in attribute) return { type: 6, floats: attribute.floats };
  if ('ints' in attribute) return { type: 7, ints: attribute.ints };
  return { type: 8, strings: attribute.strings.map(toUtf8) };
}

function toTensorProto(tensor: OnnxInitializer): object {
  return {
    name: tensor.name,
    dims: tensor.dims,
    dataType: elementTypeCode(tensor.type),
    rawData: encodeTensorData(tensor),
  };
}

function toValueInfoProto({ name, type, shape }: OnnxValue): object {
  const dim = shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: elementTypeCode(type), shape: { dim } } } };
}

function toUtf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
