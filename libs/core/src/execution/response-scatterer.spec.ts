import { runInNewContext } from 'node:vm';
import { buildRequest } from '../../../../test/core/queued-request-builder.js';
import type { BatchEnding } from './batch-runner.js';
import { InvalidRequestError } from '../errors/index.js';
import { RequestBatch } from './request-batch.js';
import { ResponseScatterer, type ScatterOutcome } from './response-scatterer.js';

function setUp() {
  const built = ['a', 'b', 'c'].map((payload) => buildRequest({ payload }));
  const requests = built.map(({ request }) => request);
  const batch = new RequestBatch(1, requests, 'full', 0);
  const scatter = (ending: BatchEnding<string>): ScatterOutcome =>
    new ResponseScatterer<string, string>().scatter(batch, ending);
  return { requests, scatter, settled: () => Promise.allSettled(built.map(({ answer }) => answer)) };
}

describe('ResponseScatterer', () => {
  it('gives result i to request i', async () => {
    const { scatter, settled } = setUp();
    expect(scatter({ results: ['A', 'B', 'C'] })).toEqual({ succeeded: 3, failed: 0, followers: 0 });
    expect(await settled()).toEqual(['A', 'B', 'C'].map((value) => ({ status: 'fulfilled', value })));
  });

  it('rejects with an Error in place i request i alone', async () => {
    const { scatter, settled } = setUp();
    const reason = new Error('b is spoiled');
    expect(scatter({ results: ['A', reason, 'C'] })).toEqual({ succeeded: 2, failed: 1, followers: 0 });
    expect(await settled()).toEqual([
      { status: 'fulfilled', value: 'A' },
      { status: 'rejected', reason },
      { status: 'fulfilled', value: 'C' },
    ]);
  });

  it('takes an error of another realm for one, and what only looks like one for a result', async () => {
    const { scatter, settled } = setUp();
    const foreign = runInNewContext('new TypeError("elsewhere")') as Error;
    const lookalike = { stack: 'of books', message: 'on the table' } as never;
    expect(scatter({ results: ['A', foreign, lookalike] })).toMatchObject({ succeeded: 2, failed: 1 });
    expect((await settled()).slice(1)).toEqual([
      { status: 'rejected', reason: foreign },
      { status: 'fulfilled', value: lookalike },
    ]);
  });

  it('rejects all with the error of the whole batch', async () => {
    const { scatter, settled } = setUp();
    const error = new InvalidRequestError('wrong');
    expect(scatter({ error })).toEqual({ succeeded: 0, failed: 3, followers: 0 });
    for (const outcome of await settled()) {
      expect(outcome.status === 'rejected' && outcome.reason === error).toBe(true);
    }
  });

  it('takes undefined for a result like any other', async () => {
    const { scatter, settled } = setUp();
    expect(scatter({ results: [undefined as never, 'B', undefined as never] })).toEqual({
      succeeded: 3,
      failed: 0,
      followers: 0,
    });
    expect((await settled()).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
  });

  it.each<[string, BatchEnding<string>]>([
    ['results', { results: ['A', 'B', 'C'] }],
    ['an error', { error: new InvalidRequestError('wrong') }],
  ])(
    'passes over who has left, and counts only who still waited, when the batch ends with %s',
    async (_, ending) => {
      const { requests, scatter, settled } = setUp();
      const gone = new Error('gone');
      requests[1]?.reject(gone);
      const { succeeded, failed } = scatter(ending);

      expect(succeeded + failed).toBe(2);
      expect((await settled())[1]).toEqual({ status: 'rejected', reason: gone });
    },
  );

  it('counts those who still waited in the place of another, and not who has left it', () => {
    const { requests, scatter } = setUp();
    const followers = ['stays', 'goes'].map((payload) => buildRequest({ payload }).request);
    for (const follower of followers) requests[1]!.takeAlong(follower);
    followers[1]!.reject(new Error('gone'));
    expect(scatter({ results: ['A', 'B', 'C'] })).toEqual({ succeeded: 4, failed: 0, followers: 1 });
  });
});
