import type { INamespace, Type } from 'protobufjs';

/**
 * onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto), without what is only for training. The
 * builder writes a part of it; the rest is there so that a model can be read and written again and mean the same.
 */
const onnxSchema: INamespace = {
  nested: {
    ModelProto: {
      fields: {
        irVersion: { type: 'int64', id: 1 },
        producerName: { type: 'string', id: 2 },
        producerVersion: { type: 'string', id: 3 },
        domain: { type: 'string', id: 4 },
        modelVersion: { type: 'int64', id: 5 },
        docString: { type: 'string', id: 6 },
        graph: { type: 'GraphProto', id: 7 },
        opsetImport: { rule: 'repeated', type: 'OperatorSetIdProto', id: 8 },
        metadataProps: { rule: 'repeated', type: 'StringStringEntryProto', id: 14 },
        functions: { rule: 'repeated', type: 'FunctionProto', id: 25 },
      },
    },
    OperatorSetIdProto: {
      fields: {
        domain: { type: 'string', id: 1 },
        version: { type: 'int64', id: 2 },
      },
    },
    StringStringEntryProto: {
      fields: {
        key: { type: 'string', id: 1 },
        value: { type: 'string', id: 2 },
      },
    },
    FunctionProto: {
      fields: {
        name: { type: 'string', id: 1 },
        input: { rule: 'repeated', type: 'string', id: 4 },
        output: { rule: 'repeated', type: 'string', id: 5 },
        attribute: { rule: 'repeated', type: 'string', id: 6 },
        node: { rule: 'repeated', type: 'NodeProto', id: 7 },
        docString: { type: 'string', id: 8 },
        opsetImport: { rule: 'repeated', type: 'OperatorSetIdProto', id: 9 },
        domain: { type: 'string', id: 10 },
        attributeProto: { rule: 'repeated', type: 'AttributeProto', id: 11 },
      },
    },
    GraphProto: {
      fields: {
        node: { rule: 'repeated', type: 'NodeProto', id: 1 },
        name: { type: 'string', id: 2 },
        initializer: { rule: 'repeated', type: 'TensorProto', id: 5 },
        docString: { type: 'string', id: 10 },
        input: { rule: 'repeated', type: 'ValueInfoProto', id: 11 },
        output: { rule: 'repeated', type: 'ValueInfoProto', id: 12 },
        valueInfo: { rule: 'repeated', type: 'ValueInfoProto', id: 13 },
        sparseInitializer: { rule: 'repeated', type: 'SparseTensorProto', id: 15 },
      },
    },
    NodeProto: {
      fields: {
        input: { rule: 'repeated', type: 'string', id: 1 },
        output: { rule: 'repeated', type: 'string', id: 2 },
        name: { type: 'string', id: 3 },
        opType: { type: 'string', id: 4 },
        attribute: { rule: 'repeated', type: 'AttributeProto', id: 5 },
        docString: { type: 'string', id: 6 },
        domain: { type: 'string', id: 7 },
      },
    },
    AttributeProto: {
      fields: {
        name: { type: 'string', id: 1 },
        f: { type: 'float', id: 2 },
        i: { type: 'int64', id: 3 },
        s: { type: 'bytes', id: 4 },
        t: { type: 'TensorProto', id: 5 },
        g: { type: 'GraphProto', id: 6 },
        floats: { rule: 'repeated', type: 'float', id: 7 },
        ints: { rule: 'repeated', type: 'int64', id: 8 },
        strings: { rule: 'repeated', type: 'bytes', id: 9 },
        tensors: { rule: 'repeated', type: 'TensorProto', id: 10 },
        graphs: { rule: 'repeated', type: 'GraphProto', id: 11 },
        docString: { type: 'string', id: 13 },
        tp: { type: 'TypeProto', id: 14 },
        typeProtos: { rule: 'repeated', type: 'TypeProto', id: 15 },
        type: { type: 'int32', id: 20 },
        refAttrName: { type: 'string', id: 21 },
        sparseTensor: { type: 'SparseTensorProto', id: 22 },
        sparseTensors: { rule: 'repeated', type: 'SparseTensorProto', id: 23 },
      },
    },
    TensorProto: {
      fields: {
        dims: { rule: 'repeated', type: 'int64', id: 1 },
        dataType: { type: 'int32', id: 2 },
        floatData: { rule: 'repeated', type: 'float', id: 4 },
        int32Data: { rule: 'repeated', type: 'int32', id: 5 },
        stringData: { rule: 'repeated', type: 'bytes', id: 6 },
        int64Data: { rule: 'repeated', type: 'int64', id: 7 },
        name: { type: 'string', id: 8 },
        rawData: { type: 'bytes', id: 9 },
        doubleData: { rule: 'repeated', type: 'double', id: 10 },
        uint64Data: { rule: 'repeated', type: 'uint64', id: 11 },
        docString: { type: 'string', id: 12 },
        externalData: { rule: 'repeated', type: 'StringStringEntryProto', id: 13 },
        dataLocation: { type: 'int32', id: 14 },
      },
    },
    SparseTensorProto: {
      fields: {
        values: { type: 'TensorProto', id: 1 },
        indices: { type: 'TensorProto', id: 2 },
        dims: { rule: 'repeated', type: 'int64', id: 3 },
      },
    },
    ValueInfoProto: {
      fields: {
        name: { type: 'string', id: 1 },
        type: { type: 'TypeProto', id: 2 },
        docString: { type: 'string', id: 3 },
      },
    },
    TypeProto: {
      fields: {
        tensorType: { type: 'TensorTypeProto', id: 1 },
        sequenceType: { type: 'ElementTypeProto', id: 4 },
        mapType: { type: 'MapTypeProto', id: 5 },
        denotation: { type: 'string', id: 6 },
        sparseTensorType: { type: 'TensorTypeProto', id: 8 },
        optionalType: { type: 'ElementTypeProto', id: 9 },
      },
    },
    ElementTypeProto: {
      fields: { elemType: { type: 'TypeProto', id: 1 } },
    },
    MapTypeProto: {
      fields: {
        keyType: { type: 'int32', id: 1 },
        valueType: { type: 'TypeProto', id: 2 },
      },
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
        denotation: { type: 'string', id: 3 },
      },
    },
  },
};

/**
 * Loads `protobufjs` and gives the encoder of ONNX's `ModelProto`.
 *
 * @throws Error that names the package to install where `protobufjs` is missing.
 */
export function loadModelProto(): Promise<Type> {
  return loadOnnxProto('ModelProto');
}

/** The encoder and decoder of one of ONNX's messages. @throws as `loadModelProto`. */
export async function loadOnnxProto(message: 'ModelProto' | 'TensorProto'): Promise<Type> {
  const { Root } = await importProtobuf();
  return Root.fromJSON(onnxSchema).lookupType(message);
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
