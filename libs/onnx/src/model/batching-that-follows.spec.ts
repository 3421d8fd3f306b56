import { dynamicAxis, signature, tensor } from '../../../../test/onnx/model-signature-builder.js';
import { batchingThatFollows } from './batching-that-follows.js';
import type { ModelSignature } from '../signature/model-signature.js';

const layout = { bucketOf: () => 'bucket', costOf: () => 12, rowCountOf: () => 3 };
const plain = signature({});
const padded = signature({
  inputs: [tensor({ shape: ['batch', 'length'], padWith: 0 })],
  dynamicAxes: [dynamicAxis()],
});
const many = signature({ maxRowsPerRequest: 8 });

describe('batchingThatFollows', () => {
  it('asks nothing for a model of fixed rows', () => {
    expect(follows(plain)).toEqual({});
  });

  it('buckets by length, and by shared inputs', () => {
    expect(follows(padded).bucketOf?.({})).toBe('bucket');
    const shared = signature({ inputs: [tensor({}), tensor({ name: 'rate', batchAxis: undefined })] });
    expect(follows(shared).bucketOf?.({})).toBe('bucket');
  });

  it('counts rows where a request may bring several, with room for as many as requests', () => {
    expect(follows(many).costOf?.({})).toBe(3);
    expect(follows(many)).toMatchObject({ maxBatchCost: 32 });
    expect(follows(many, { maxBatchSize: 4 })).toMatchObject({ maxBatchCost: 8 });
    expect(follows(many, { maxBatchCost: 5 })).toMatchObject({ maxBatchCost: 5 });
  });

  it('counts positions with padding where there is a limit on them', () => {
    const { costOf, costModel } = follows(padded, { maxBatchCost: 4096 });
    expect(costOf?.({})).toBe(12);
    expect(costModel).toBe('padded');
    expect(follows(padded)).not.toHaveProperty('costOf');
  });

  it('goes by the layout of the model that serves, also after a reload', () => {
    const model = { layout };
    const { bucketOf } = batchingThatFollows(padded, model, {});
    const { costOf } = batchingThatFollows(many, model, {});
    model.layout = { ...layout, bucketOf: () => 'new bucket', rowCountOf: () => 4 };
    expect([bucketOf?.({}), costOf?.({})]).toEqual(['new bucket', 4]);
  });

  it('leaves alone what the application says itself', () => {
    const own = { bucketOf: () => 'mine', costOf: () => 1 };
    expect(follows(padded, { ...own, maxBatchCost: 9 })).toEqual({});
    expect(follows(many, own)).toEqual({});
    expect(follows(padded, { maxBatchCost: 9, costModel: 'sum' })).toMatchObject({ costModel: 'sum' });
  });
});

function follows(
  model: ModelSignature,
  given: Parameters<typeof batchingThatFollows>[2] = {},
): ReturnType<typeof batchingThatFollows> {
  return batchingThatFollows(model, { layout }, given);
}
