import { OrdinaryRequests } from './ordinary-requests.js';

/** Letters that came one after the other, at the times that are given. */
function lettersAt(...timesMs: readonly number[]) {
  const requests = new OrdinaryRequests<string, string>();
  const arrivals = new Map(timesMs.map((timeMs) => [timeMs, { timeMs }]));
  const answers = timesMs.map((timeMs, index) =>
    requests.add(String.fromCharCode(97 + index), arrivals.get(timeMs)!, 11 + index),
  );
  return { requests, settled: () => Promise.allSettled(answers) };
}

describe('OrdinaryRequests', () => {
  it('knows of each when it came, and the how-manieth it was', () => {
    const { requests } = lettersAt(1000, 1000, 1003, 1003, 1003, 1007);
    const places = [0, 1, 2, 3, 4, 5];
    expect(places.map((place) => requests.arrivedAtMs(place))).toEqual([1000, 1000, 1003, 1003, 1003, 1007]);
    expect(places.map((place) => requests.arrivalNumberOf(place))).toEqual([11, 12, 13, 14, 15, 16]);
  });

  it('knows the how-manieth each was also when others came in between, at the same time', () => {
    const requests = new OrdinaryRequests<string, string>();
    const arrival = { timeMs: 1000 };
    for (const number of [3, 4, 9]) void requests.add('a', arrival, number);
    expect([0, 1, 2].map((place) => requests.arrivalNumberOf(place))).toEqual([3, 4, 9]);
  });

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

  it('takes others over with all that is known of them, and keeps nothing of those that have gone', async () => {
    const { requests, settled } = lettersAt(1000, 1000, 1003, 1003);
    const taking = new OrdinaryRequests<string, string>();
    taking.takeFrom(requests, 1, 3);
    expect(taking.payloads).toEqual(['b', 'c']);
    expect([taking.arrivedAtMs(0), taking.arrivedAtMs(1)]).toEqual([1000, 1003]);
    expect([taking.arrivalNumberOf(0), taking.arrivalNumberOf(1)]).toEqual([12, 13]);
    expect(requests.payloads).toEqual(['a', undefined, undefined, 'd']);

    requests.answer(['A', 'x', 'x', 'D']);
    taking.answer(['B', 'C']);
    expect(await settled()).toEqual(['A', 'B', 'C', 'D'].map((value) => ({ status: 'fulfilled', value })));
  });

  it('makes an object of each from a place on, which answers the same caller', async () => {
    const { requests, settled } = lettersAt(1000, 1003);
    const [only, ...others] = requests.toEntries(1);
    expect(others).toEqual([]);
    expect([only?.payload, only?.enqueuedAtMs, only?.arrivalNumber, only?.isSettled]).toEqual([
      'b',
      1003,
      12,
      false,
    ]);
    only?.resolve('B');
    requests.answer(['A', 'too late']);
    expect(await settled()).toEqual(['A', 'B'].map((value) => ({ status: 'fulfilled', value })));
  });
});
