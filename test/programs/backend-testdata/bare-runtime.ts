import { InferenceSession, Tensor } from 'onnxruntime-node';

import { loadModelProto } from '../../../libs/testing/src/onnx-models/onnx-proto.js';
import type { ModelProto } from './model-proto.js';
import type { TestTensor } from './test-tensor.js';

export type TensorsByName = ReadonlyMap<string, TestTensor>;

const OPTIONS: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 4,
};

/** A session of ONNX Runtime with nothing of ours around it. */
export class BareSession {
  private constructor(private readonly session: InferenceSession) {}

  /** @throws Error with what ONNX Runtime has against the model. */
  static async open(proto: ModelProto): Promise<BareSession> {
    return new BareSession(await InferenceSession.create(await encodeModel(proto), OPTIONS));
  }

  async run(inputs: TensorsByName): Promise<TensorsByName> {
    const feeds = Object.fromEntries([...inputs].map(([name, tensor]) => [name, toOnnxTensor(tensor)]));
    const outputs = Object.entries(await this.session.run(feeds));
    return new Map(
      outputs.map(([name, tensor]) => [
        name,
        { type: tensor.type, dims: [...tensor.dims], data: toTestData(tensor) },
      ]),
    );
  }

  release(): Promise<void> {
    return this.session.release();
  }
}

/**
 * From Node 24 on its constructor makes a `Float16Array`, whose bytes it cannot count (microsoft/onnxruntime#32323).
 */
function toOnnxTensor({ type, data, dims }: TestTensor): Tensor {
  return type === 'float16'
    ? Object.assign(new Tensor('uint16', data as Uint16Array, dims), { type: type })
    : new Tensor(type as Tensor.Type, data, dims);
}

/** The bits of a float16 on every Node. */
function toTestData({ type, data }: Tensor): TestTensor['data'] {
  return type === 'float16' && ArrayBuffer.isView(data)
    ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / Uint16Array.BYTES_PER_ELEMENT)
    : data;
}

export async function encodeModel(proto: ModelProto): Promise<Uint8Array> {
  const type = await loadModelProto();
  return new Uint8Array(type.encode(type.create(proto)).finish());
}

/** Runs several times in one session. @throws Error with what ONNX Runtime has against model or inputs. */
export async function runBare(proto: ModelProto, all: readonly TensorsByName[]): Promise<TensorsByName[]> {
  const session = await BareSession.open(proto);
  try {
    const results: TensorsByName[] = [];
    for (const inputs of all) results.push(await session.run(inputs));
    return results;
  } finally {
    await session.release();
  }
}
