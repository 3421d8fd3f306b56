import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { TENSOR_TYPES } from 'nestjs-batching/onnx';

import { loadModelProto } from '../../../libs/testing/src/onnx-models/onnx-proto.js';
import type { ModelProto, ValueInfoProto } from './model-proto.js';
import { NotRunError } from './not-run.error.js';
import { elementTypeName, readTensorFile, type TestTensor } from './test-tensor.js';

/** One of ONNX's tests: a model, and what it makes of certain inputs. */
export interface TestModel {
  /** Kind and name: `node/test_add`. */
  readonly name: string;
  readonly proto: ModelProto;
  /** The model's inputs, without those that its initializers give. */
  readonly inputs: ReadonlyMap<string, TestTensor>;
  readonly outputs: ReadonlyMap<string, TestTensor>;
}

/** ONNX's own runner does not compare what comes from dice, and neither can we. */
const RANDOM_OPERATORS = [
  'Bernoulli',
  'RandomUniform',
  'RandomNormal',
  'RandomUniformLike',
  'RandomNormalLike',
  'Multinomial',
];

/** The folders of tests, as kind and name. `real` is left out: the package has no models for it. */
export async function listTestModels(root: string): Promise<readonly string[]> {
  const kinds = ['node', 'simple', 'pytorch-converted', 'pytorch-operator'];
  const names = await Promise.all(
    kinds.map(async (kind) => (await readdir(join(root, kind))).sort().map((name) => `${kind}/${name}`)),
  );
  return names.flat();
}

/** @throws NotRunError where the model is none for a batcher, whatever is done to it. */
export async function readTestModel(root: string, name: string): Promise<TestModel> {
  const type = await loadModelProto();
  const message = type.decode(await readFile(join(root, name, 'model.onnx')));
  const proto = type.toObject(message, { arrays: true, longs: String }) as ModelProto;
  const { graph } = proto;
  const random = graph.node.find(({ opType }) => RANDOM_OPERATORS.includes(opType));
  if (random !== undefined) throw new NotRunError('random results', random.opType);

  const initialized = new Set(graph.initializer.map((tensor) => tensor.name));
  const inputs = graph.input.filter((input) => !initialized.has(input.name));
  for (const value of [...inputs, ...graph.output]) checkType(value);
  if (inputs.length === 0) throw new NotRunError('no input');
  const folder = join(root, name, 'test_data_set_0');
  const test = {
    name,
    proto,
    inputs: await readTensors(folder, 'input', inputs),
    outputs: await readTensors(folder, 'output', graph.output),
  };
  // The runtime does not tell a dimension of size 0 from a free one.
  const empty = [...test.inputs].find(([, { dims }]) => dims.includes(0));
  if (empty !== undefined) throw new NotRunError('an empty tensor', `input ${empty[0]}`);
  return test;
}

function checkType({ name, type }: ValueInfoProto): void {
  const elementType = type?.tensorType?.elemType;
  if (elementType === undefined) throw new NotRunError('a sequence, a map or an optional', name);
  const typeName = elementTypeName(elementType);
  if (!(TENSOR_TYPES as readonly string[]).includes(typeName)) {
    throw new NotRunError('an element type that is not supported', typeName);
  }
}

async function readTensors(
  folder: string,
  side: 'input' | 'output',
  values: readonly ValueInfoProto[],
): Promise<ReadonlyMap<string, TestTensor>> {
  const tensors = new Map<string, TestTensor>();
  for (const [index, { name }] of values.entries()) {
    const path = join(folder, `${side}_${index}.pb`);
    if (!existsSync(path)) throw new NotRunError('no data for one of its tensors', `${side} ${name}`);
    tensors.set(name, await readTensorFile(path));
  }
  return tensors;
}
