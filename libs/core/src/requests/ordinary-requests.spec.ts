import { OrdinaryColumns } from './ordinary-columns.js';

/** Letters that came one after the other, at the times that are given, and ride together. */
function lettersAt(...timesMs: readonly number[]) {
  const columns = new OrdinaryColumns<string, string>();
  const arrivals = new Map(timesMs.map((timeMs) => [timeMs, { timeMs }]));
  const answers = timesMs.map((timeMs, index) =>
    columns.add(String.fromCharCode(97 + index), arrivals.get(timeMs)!, 11 + index),
  );
  return { requests: columns.take(timesMs.length), settled: () => Promise.allSettled(answers) };
}

describe('OrdinaryRequests', () => {
  it('counts together who came at the same time', () => {
    const { requests } = lettersAt(1000, 1000, 1003);
    const counted: [number, number][] = [];
    requests.forEachArrival((atMs, count) => counted.push([atMs, count]));
    expect(counted).toEqual([
      [1000, 2],
      [1003, 1],
    ]);
  });

  it('answers each with its own result, and rejects whose result is an error', async () => {
    const { requests, settled } = lettersAt(1000, 1000, 1000);
    const reason = new Error('b is spoiled');
    expect(requests.answer(['A', reason, undefined as never])).toBe(1);
    expect(await settled()).toEqual([
      { status: 'fulfilled', value: 'A' },
      { status: 'rejected', reason },
      { status: 'fulfilled', value: undefined },
    ]);
  });

  it('rejects all with the same error', async () => {
    const { requests, settled } = lettersAt(1000, 1000);
    const reason = new Error('gone');
    requests.reject(reason);
    expect(await settled()).toEqual([
      { status: 'rejected', reason },
      { status: 'rejected', reason },
    ]);
  });

  it('makes an object of each, with all that is known of it, which answers the same caller', async () => {
    const { requests, settled } = lettersAt(1000, 1003);
    const entries = requests.toEntries();
    expect(
      entries.map(({ payload, enqueuedAtMs, arrivalNumber, isSettled }) => ({
        payload,
        enqueuedAtMs,
        arrivalNumber,
        isSettled,
      })),
    ).toEqual([
      { payload: 'a', enqueuedAtMs: 1000, arrivalNumber: 11, isSettled: false },
      { payload: 'b', enqueuedAtMs: 1003, arrivalNumber: 12, isSettled: false },
    ]);
    entries[1]?.resolve('B');
    entries[0]?.resolve('A');
    expect(await settled()).toEqual(['A', 'B'].map((value) => ({ status: 'fulfilled', value })));
  });
});
