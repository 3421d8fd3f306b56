import { EchoModel } from '../../../../test/onnx/echo-model.js';
import { dynamicAxis, signature, tensor } from '../../../../test/onnx/model-signature-builder.js';
import type { NamedTensor } from '../model-protocol.js';
import type { ModelSignature } from '../signature/model-signature.js';
import { trialInputsOfZeros } from './trial-inputs.js';
import { makeTrialRuns, type TrialRuns } from './trial-run.js';

describe('makeTrialRuns', () => {
  it.each<[string, Partial<ModelSignature>, readonly number[], readonly number[]]>([
    ['the sizes asked for, the largest first', {}, [1, 8, 32], [32, 1, 8]],
    ['two rows and one where one was asked for', {}, [1], [2, 1]],
    ['one row beside the only size asked for', {}, [32], [32, 1]],
    ['two sizes where none was asked for', {}, [], [2, 1]],
    ['the smaller allowed size beside the only one asked for', { allowedBatchSizes: [4, 8] }, [8], [8, 4]],
    ['the larger allowed size if there is no smaller one', { allowedBatchSizes: [4, 8] }, [4], [4, 8]],
    ['no size that is not allowed', { allowedBatchSizes: [4] }, [4], [4]],
    ['the model’s own size where it is fixed', { fixedBatchSize: 4, allowedBatchSizes: [4] }, [1, 8], [4]],
  ])('runs %s', async (_, sizes, wanted, tried) => {
    const { host, runs } = await tryOut(wanted, { sizes });
    expect(host.batchSizes).toEqual(tried);
    expect(runs.warmUps.map(({ batchSize }) => batchSize)).toEqual(tried);
    expect(runs.faults).toEqual([]);
  });

  it.each([
    ['the largest size that is tried', 32, [1, 32], 1],
    ['the only size that was asked for', 8, [8], 1],
    ['the smallest', 1, [1, 32], 32],
    ['one in between', 4, [4, 1, 32], 32],
  ])('finds a constant output whose first axis is %s', async (_, rows, wanted, triedAt) => {
    const answer = (): NamedTensor => ({
      name: 'x',
      type: 'float32',
      dims: [rows],
      data: new Float32Array(rows),
    });
    const { runs } = await tryOut(wanted, { answer });
    expect(runs.faults).toEqual([
      {
        field: 'outputs.x',
        problem: expect.stringContaining(`came with shape [${rows}] for a batch of ${triedAt}`) as string,
      },
    ]);
  });

  it('finds an output declared shared that has the rows', async () => {
    const { runs } = await tryOut([2], { sizes: { outputs: [tensor({ batchAxis: undefined })] } });
    expect(runs.faults).toEqual([
      {
        field: 'outputs.x',
        problem: expect.stringMatching(/\[2\] for a batch of 2 and \[1\] for one of 1/) as string,
      },
    ]);
  });

  it('finds an output of all rows by all rows, whatever the model calls its dimensions', async () => {
    const { runs } = await tryOut([2], {
      sizes: { outputs: [tensor({ shape: ['a', 'b'] })] },
      answer: (x) => ({ ...x, dims: [x.dims[0] ?? 0, x.dims[0] ?? 0] }),
    });
    expect(runs.faults).toEqual([
      {
        field: 'outputs.x',
        problem: expect.stringMatching(
          /\[2, 2\] for a batch of 2 and \[1, 1\] for one of 1.* rows that depend on each other cannot be batched/,
        ) as string,
      },
    ]);
  });

  describe('of a model with a dynamic axis', () => {
    const length = dynamicAxis();
    const inputs = [tensor({ shape: ['batch', 'length'], padWith: 0 })];
    const foreign = { inputs, outputs: [tensor({ shape: ['batch', 'M'] })], dynamicAxes: [length] };

    it('finds an output that is as long as its rows under another name, and says what to declare', async () => {
      const { runs } = await tryOut([1], { sizes: foreign });
      expect(runs.faults).toEqual([
        {
          field: 'outputs.x',
          problem: expect.stringContaining('Declare its `shape` as [batch, length]') as string,
        },
      ]);
    });

    it('finds a shared output that is as long as the rows under another name', async () => {
      const { runs } = await tryOut([1], {
        sizes: { ...foreign, outputs: [tensor({ shape: ['M'], batchAxis: undefined })] },
        answer: (x) => ({ ...x, dims: x.dims.slice(1), data: new Float32Array(x.dims[1] ?? 0) }),
      });
      expect(runs.faults).toEqual([
        {
          field: 'outputs.x',
          problem: expect.stringContaining('Declare its `shape` as [length]') as string,
        },
      ]);
    });

    it('has nothing against one that is cut, nor against one that does not follow', async () => {
      const { runs } = await tryOut([1], { sizes: { ...foreign, outputs: inputs } });
      expect(runs.faults).toEqual([]);
      const answer = (x: NamedTensor): NamedTensor => ({ ...x, dims: [x.dims[0] ?? 0, 3] });
      expect((await tryOut([1], { sizes: foreign, answer })).runs.faults).toEqual([]);
    });

    it('starts a model that does not run at another length', async () => {
      const answer = (x: NamedTensor): NamedTensor => {
        if (x.dims[1] !== 1) throw new Error('the length must be 1');
        return x;
      };
      const { runs } = await tryOut([1], { sizes: foreign, answer });
      expect(runs.faults).toEqual([]);
      expect(runs.warmUps.map(({ batchSize }) => batchSize)).toEqual([2, 1]);
    });

    it('keeps to maxLength', async () => {
      const { host } = await tryOut([1], {
        sizes: { ...foreign, dynamicAxes: [dynamicAxis({ maxLength: 1 })] },
      });
      expect(host.batchSizes).toEqual([2, 1]);
    });
  });
});

async function tryOut(
  wanted: readonly number[],
  {
    sizes = {},
    answer = (input) => input,
  }: { sizes?: Partial<ModelSignature>; answer?: EchoModel['answer'] },
): Promise<{ host: EchoModel; runs: TrialRuns }> {
  const host = new EchoModel();
  host.answer = answer;
  const model = signature({ inputs: [tensor({})], ...sizes });
  const runs = await makeTrialRuns(host.start(), model, undefined, wanted, trialInputsOfZeros(model));
  return { host, runs };
}
