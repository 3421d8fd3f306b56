import type { INamespace, Type } from 'protobufjs';

/** The part of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto) that the builder writes. */
const onnxSchema: INamespace = {
  nested: {
    ModelProto: {
      fields: {
        irVersion: { type: 'int64', id: 1 },
        producerName: { type: 'string', id: 2 },
        docString: { type: 'string', id: 6 },
        graph: { type: 'GraphProto', id: 7 },
        opsetImport: { rule: 'repeated', type: 'OperatorSetIdProto', id: 8 },
      },
    },
    OperatorSetIdProto: {
      fields: {
        domain: { type: 'string', id: 1 },
        version: { type: 'int64', id: 2 },
      },
    },
    GraphProto: {
      fields: {
        node: { rule: 'repeated', type: 'NodeProto', id: 1 },
        name: { type: 'string', id: 2 },
        initializer: { rule: 'repeated', type: 'TensorProto', id: 5 },
        input: { rule: 'repeated', type: 'ValueInfoProto', id: 11 },
        output: { rule: 'repeated', type: 'ValueInfoProto', id: 12 },
      },
    },
    NodeProto: {
      fields: {
        input: { rule: 'repeated', type: 'string', id: 1 },
        output: { rule: 'repeated', type: 'string', id: 2 },
        name: { type: 'string', id: 3 },
        opType: { type: 'string', id: 4 },
        attribute: { rule: 'repeated', type: 'AttributeProto', id: 5 },
      },
    },
    AttributeProto: {
      fields: {
        name: { type: 'string', id: 1 },
        f: { type: 'float', id: 2 },
        i: { type: 'int64', id: 3 },
        s: { type: 'bytes', id: 4 },
        t: { type: 'TensorProto', id: 5 },
        floats: { rule: 'repeated', type: 'float', id: 7 },
        ints: { rule: 'repeated', type: 'int64', id: 8 },
        strings: { rule: 'repeated', type: 'bytes', id: 9 },
        type: { type: 'int32', id: 20 },
      },
    },
    TensorProto: {
      fields: {
        dims: { rule: 'repeated', type: 'int64', id: 1 },
        dataType: { type: 'int32', id: 2 },
        name: { type: 'string', id: 8 },
        rawData: { type: 'bytes', id: 9 },
      },
    },
    ValueInfoProto: {
      fields: {
        name: { type: 'string', id: 1 },
        type: { type: 'TypeProto', id: 2 },
      },
    },
    TypeProto: {
      fields: { tensorType: { type: 'TensorTypeProto', id: 1 } },
    },
    TensorTypeProto: {
      fields: {
        elemType: { type: 'int32', id: 1 },
        shape: { type: 'TensorShapeProto', id: 2 },
      },
    },
    TensorShapeProto: {
      fields: { dim: { rule: 'repeated', type: 'DimensionProto', id: 1 } },
    },
    DimensionProto: {
      fields: {
        dimValue: { type: 'int64', id: 1 },
        dimParam: { type: 'string', id: 2 },
      },
    },
  },
};

/**
 * Loads `protobufjs` and gives the encoder of ONNX's `ModelProto`.
 *
 * @throws Error that names the package to install where `protobufjs` is missing.
 */
export async function loadModelProto(): Promise<Type> {
  const { Root } = await importProtobuf();
  return Root.fromJSON(onnxSchema).lookupType('ModelProto');
}

async function importProtobuf(): Promise<typeof import('protobufjs')> {
  try {
    // Loaded only here: it is an optional peer, and the rest of the library must work without it.
    const module = await import('protobufjs/light.js');
    return module.default;
  } catch (cause) {
    throw new Error('Building ONNX models needs the package "protobufjs"; run `npm install protobufjs`.', {
      cause,
    });
  }
}
