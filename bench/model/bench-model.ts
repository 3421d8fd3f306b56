import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import type { NamedTensor, OnnxRow, OnnxTensorValue, TensorData } from 'nestjs-batching/onnx';
import { buildEncoderModel, buildOnnxModel, buildPerceptronModel } from 'nestjs-batching/testing';

/** A model to measure, and rows for it. */
export interface BenchModel {
  readonly name: string;
  /** What it is, for a reader of the results. */
  readonly description: string;
  /** Writes the model into the folder, unless it has a file already. */
  readonly prepare: (folder: string) => Promise<string>;
  readonly rowAt: (index: number) => Readonly<Record<string, OnnxTensorValue>>;
}

const TOKENS = 32;
const WIDTH = 2048;

export const BENCH_MODELS: readonly BenchModel[] = [
  {
    name: 'mlp',
    description: `perceptron of six layers of ${WIDTH} by ${WIDTH}`,
    prepare: (folder) => write(folder, 'mlp', buildPerceptronModel({ layers: 6, width: WIDTH })),
    rowAt: (index) => ({ x: { data: waves(WIDTH, index), dims: [WIDTH] } }),
  },
  {
    name: 'digits',
    description: 'the sample’s network for handwritten digits',
    prepare: () => Promise.resolve(resolve('apps/inference-api/model/digits.onnx')),
    rowAt: (index) => ({ image: { data: waves(28 * 28, index), dims: [1, 28, 28] } }),
  },
  {
    name: 'encoder',
    description: `transformer encoder of two layers, ${TOKENS} tokens a row`,
    prepare: (folder) => write(folder, 'encoder', buildEncoderModel()),
    rowAt: (index) => ({
      ids: {
        data: BigInt64Array.from({ length: TOKENS }, (_, token) => BigInt((31 * index + 7 * token) % 1000)),
        dims: [TOKENS],
      },
      mask: { data: new BigInt64Array(TOKENS).fill(1n), dims: [TOKENS] },
    }),
  },
];

/** Takes hardly any time to run: what a batch costs besides shows. */
export const TRIVIAL_MODEL: BenchModel = {
  name: 'trivial',
  description: 'x + x on one number a row',
  prepare: (folder) =>
    write(
      folder,
      'trivial',
      buildOnnxModel({
        inputs: [{ name: 'x', type: 'float32', shape: ['batch', 1] }],
        outputs: [{ name: 'y', type: 'float32', shape: ['batch', 1] }],
        nodes: [{ op: 'Add', inputs: ['x', 'x'], outputs: ['y'] }],
      }),
    ),
  rowAt: (index) => ({ x: { data: Float32Array.of(index), dims: [1] } }),
};

export function rowsOf({ rowAt }: BenchModel, count: number): readonly OnnxRow[] {
  return Array.from({ length: count }, (_, index) => rowAt(index));
}

/** The rows as one tensor for each input, as a program without a batcher would have them. */
export function tensorsOf({ rowAt }: BenchModel, count: number): readonly NamedTensor[] {
  const rows = Array.from({ length: count }, (_, index) => rowAt(index));
  return Object.entries(rows[0] ?? {}).map(([name, { dims }]) => {
    const parts = rows.map((row) => row[name]?.data ?? new Float32Array());
    const { data, type } = concatenate(parts);
    return { name, type, dims: [count, ...dims], data };
  });
}

function concatenate(parts: readonly TensorData[]): Pick<NamedTensor, 'data' | 'type'> {
  const numbers = parts.filter((part) => part instanceof Float32Array);
  if (numbers.length > 0) {
    return { type: 'float32', data: Float32Array.from(numbers.flatMap((part) => [...part])) };
  }
  const integers = parts.filter((part) => part instanceof BigInt64Array);
  return { type: 'int64', data: BigInt64Array.from(integers.flatMap((part) => [...part])) };
}

function waves(length: number, row: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => 0.5 + 0.5 * Math.sin(row + index / 3));
}

async function write(folder: string, name: string, file: Promise<Uint8Array>): Promise<string> {
  const path = join(folder, `${name}.onnx`);
  await writeFile(path, await file);
  return path;
}
