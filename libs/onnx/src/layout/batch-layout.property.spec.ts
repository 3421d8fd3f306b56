import fc from 'fast-check';

import { dynamicAxis, signature } from '../../../../test/onnx/model-signature-builder.js';
import type { OnnxRow, OnnxTensorValue } from '../rows/onnx-row.js';
import { BatchLayout } from './batch-layout.js';
import type { BatchedInput } from '../signature/batched-tensor.js';
import type { ModelSignature } from '../signature/model-signature.js';
import { zeroOf } from '../tensors/tensor-elements.js';
import { elementCountOf, withBatchAxis } from '../tensors/tensor-shape.js';
import { createTensorData, TENSOR_TYPES, type TensorData, type TensorType } from '../tensors/tensor-type.js';

interface Case {
  readonly model: ModelSignature;
  readonly requests: readonly OnnxRow[];
  readonly paddedBatchSize: number;
}

describe('a batch’s layout', () => {
  it('gives every request back what it brought, through any types, axes, lengths, rows and sizes', () => {
    fc.assert(
      fc.property(cases(), ({ model, requests, paddedBatchSize }) => {
        const layout = new BatchLayout('identity', model);
        const rows = requests.map((request) => layout.read(request));
        const runs = layout.plan(rows, { paddedBatchSize, allocate: dirtyBuffer });

        expect(runs.flatMap(({ indexes }) => indexes).sort((a, b) => a - b)).toEqual([...rows.keys()]);
        for (const { indexes, rowCount, paddedRowCount, inputs } of runs) {
          expect(paddedRowCount).toBeGreaterThanOrEqual(rowCount);
          expect(model.allowedBatchSizes ?? [paddedRowCount]).toContain(paddedRowCount);
          inputs.forEach(({ data, dims }, index) => {
            const batchAxis = model.inputs[index]?.batchAxis;
            expect(data).toHaveLength(elementCountOf(dims));
            if (batchAxis !== undefined) expect(dims[batchAxis]).toBe(paddedRowCount);
          });
          // What requests share a run, they share a bucket too.
          expect(new Set(indexes.map((index) => layout.bucketOf(requests[index]))).size).toBe(1);
        }
        for (const run of runs) {
          const results = run.split(run.inputs);
          run.indexes.forEach((index, at) => expect(results[at]).toEqual(toResult(model, requests[index])));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('writes every element of a buffer that was in use before', () => {
    fc.assert(
      fc.property(cases(), ({ model, requests, paddedBatchSize }) => {
        const layout = new BatchLayout('identity', model);
        const planInto = (allocate?: (byteLength: number) => ArrayBuffer): unknown =>
          layout
            .plan(
              requests.map((request) => layout.read(request)),
              { paddedBatchSize, allocate },
            )
            .map(({ inputs }) => inputs);
        expect(planInto(dirtyBuffer)).toEqual(planInto());
      }),
    );
  });
});

function dirtyBuffer(byteLength: number): ArrayBuffer {
  const buffer = new ArrayBuffer(byteLength);
  new Uint8Array(buffer).fill(0x55);
  return buffer;
}

/** What an identity gives for a request: what went in, with the batch axis everywhere if it had one anywhere. */
function toResult({ inputs }: ModelSignature, request: OnnxRow | undefined): unknown {
  const values = (request ?? {}) as Record<string, OnnxTensorValue>;
  const isMany = inputs.some(
    ({ name, shape, batchAxis }) => batchAxis !== undefined && values[name]?.dims.length === shape.length,
  );
  return Object.fromEntries(
    inputs.map(({ name, type, shape, batchAxis }) => {
      const { data = [], dims = [] } = values[name] ?? {};
      const isWithout = batchAxis !== undefined && isMany && dims.length < shape.length;
      return [name, { type, data, dims: isWithout ? withBatchAxis(dims, batchAxis, 1) : dims }];
    }),
  );
}

function cases(): fc.Arbitrary<Case> {
  return models().chain((model) =>
    fc.record({
      model: fc.constant(model),
      requests: fc.array(requestsFor(model), { minLength: 1, maxLength: 7 }),
      paddedBatchSize: fc.integer({ min: 1, max: 12 }),
    }),
  );
}

function models(): fc.Arbitrary<ModelSignature> {
  const size = fc.oneof(fc.integer({ min: 1, max: 3 }), fc.constantFrom('length', 'width', 'free', ''));
  const input = fc.record({
    type: fc.constantFrom(...TENSOR_TYPES),
    rowShape: fc.array(size, { maxLength: 3 }),
    batchAxis: fc.nat({ max: 3 }),
    isShared: fc.integer({ min: 0, max: 4 }).map((die) => die === 0),
  });
  return fc
    .record({
      inputs: fc.array(input, { minLength: 1, maxLength: 3 }),
      sizes: fc.oneof(
        fc.constant({}),
        fc.constant({ allowedBatchSizes: [2, 5, 9] }),
        fc.constant({ fixedBatchSize: 4, allowedBatchSizes: [4] }),
      ),
      maxRowsPerRequest: fc.integer({ min: 1, max: 4 }),
      maxPaddingShare: fc.constantFrom(0, 0.25, 1),
    })
    .map(({ inputs, sizes, maxRowsPerRequest, maxPaddingShare }) =>
      signature({
        inputs: inputs.map(({ type, rowShape, batchAxis, isShared }, index): BatchedInput => {
          const name = `input${index}`;
          // The first is never shared: some input has to carry the batch and the dynamic axes.
          if (isShared && index > 0) {
            return { name, type, shape: rowShape.map(() => ''), batchAxis: undefined };
          }
          const axis = Math.min(batchAxis, rowShape.length);
          const padWith =
            rowShape.includes('length') || rowShape.includes('width') ? zeroOf(type) : undefined;
          return {
            name,
            type,
            shape: [...rowShape.slice(0, axis), 'batch', ...rowShape.slice(axis)],
            batchAxis: axis,
            ...(padWith !== undefined && { padWith }),
          };
        }),
        dynamicAxes: ['length', 'width'].map((name) => dynamicAxis({ name, maxPaddingShare })),
        maxRowsPerRequest,
        ...sizes,
      }),
    );
}

function requestsFor({ inputs, maxRowsPerRequest }: ModelSignature): fc.Arbitrary<OnnxRow> {
  return fc
    .record({
      rowCount: fc.integer({ min: 1, max: maxRowsPerRequest }),
      hasBatchAxis: fc.boolean(),
      named: fc.record({
        length: fc.integer({ min: 1, max: 5 }),
        width: fc.integer({ min: 1, max: 4 }),
        free: fc.integer({ min: 1, max: 2 }),
      }),
      unnamed: fc.integer({ min: 1, max: 2 }),
      seed: fc.nat({ max: 100 }),
    })
    .map(({ rowCount, hasBatchAxis, named, unnamed, seed }) =>
      Object.fromEntries(
        inputs.map(({ name, type, shape, batchAxis }, index) => {
          const isMany = hasBatchAxis || rowCount > 1;
          const dims = shape.flatMap((size, axis) => {
            if (axis === batchAxis) return isMany ? [rowCount] : [];
            return [typeof size === 'number' ? size : (named[size as keyof typeof named] ?? unnamed)];
          });
          return [name, { data: countFrom(type, elementCountOf(dims), seed + 13 * index), dims }];
        }),
      ),
    );
}

/** Elements that differ from request to request and from input to input, and are never zero or NaN. */
function countFrom(type: TensorType, length: number, start: number): TensorData {
  if (type === 'string') return Array.from({ length }, (_, index) => `text ${start + index}`);
  const data = createTensorData(type, length);
  if (!('buffer' in data)) return data;
  const bytes = new Uint8Array(data.buffer);
  bytes.forEach((_, index) => (bytes[index] = type === 'bool' ? 1 : 1 + ((start + 31 * index) % 126)));
  return data;
}
