import { EchoModel } from '../../../test/onnx/echo-model.js';
import { signature, tensor } from '../../../test/onnx/model-signature-builder.js';
import type { NamedTensor } from './model-protocol.js';
import type { ModelSignature } from './tensors/model-signature.js';
import { trialInputsOfZeros } from './tensors/trial-inputs.js';
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
