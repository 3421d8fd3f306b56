import type { TensorsByName } from './bare-runtime.js';
import type { TensorProto } from './model-proto.js';
import type { TestModel } from './test-model.js';
import { elementTypeCode, type TestTensor } from './test-tensor.js';

/** The test with what its other inputs are (weights, shapes, sizes) as a part of the model. */
export function withConstants(test: TestModel, inputs: TensorsByName): TestModel {
  const constants = [...test.inputs].filter(([name]) => !inputs.has(name));
  const { graph } = test.proto;
  const initializer = [
    ...graph.initializer,
    ...constants.map(([name, tensor]) => toTensorProto(name, tensor)),
  ];
  return { ...test, inputs, proto: { ...test.proto, graph: { ...graph, initializer } } };
}

function toTensorProto(name: string, { type, dims, data }: TestTensor): TensorProto {
  const proto = { name, dims: [...dims], dataType: elementTypeCode(type) };
  return ArrayBuffer.isView(data)
    ? { ...proto, rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) }
    : { ...proto, stringData: data.map((text) => Buffer.from(text)) };
}
