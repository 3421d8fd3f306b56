import fc from 'fast-check';
import { collectGarbage, heapMb, heapMbOfYoung } from '../../../../test/core/heap-size.js';
import { OrdinaryColumns } from './ordinary-columns.js';

/** Numbers that wait; each came at the time of its number, with that as arrival number, and answers with itself. */
function columnsOf(count: number) {
  const columns = new OrdinaryColumns<number, number>();
  const answers = new Map<number, Promise<unknown>>();
  const add = (number: number): void => {
    answers.set(number, columns.add(number, { timeMs: number }, number));
  };
  for (let number = 0; number < count; number += 1) add(number);
  return { columns, add, answers };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, number) => number);

describe('OrdinaryColumns', () => {
  it('gives out what came first, first, also when it has grown', () => {
    const { columns } = columnsOf(100);
    expect([columns.size, columns.take(40).payloads, columns.take(60).payloads]).toEqual([
      100,
      upTo(40),
      upTo(100).slice(40),
    ]);
    expect(columns.size).toBe(0);
  });

  it('knows when its oldest came, and with which number', () => {
    const { columns } = columnsOf(3);
    columns.take(2);
    expect([columns.oldestAtMs, columns.oldestArrival]).toEqual([2, 2]);
    columns.take(1);
    expect([columns.oldestAtMs, columns.oldestArrival]).toEqual([Infinity, Infinity]);
  });

  it('has each answered by what it was taken out with', async () => {
    const { columns, answers } = columnsOf(5);
    const [first, second] = [columns.take(2), columns.take(3)];
    second.answer([20, 30, 40]);
    first.answer([0, 10]);
    expect(await Promise.all(answers.values())).toEqual([0, 10, 20, 30, 40]);
  });

  it('makes an entry of each, in their order, that answers the same caller', async () => {
    const { columns, answers } = columnsOf(3);
    const entries = columns.takeEntries();
    expect(
      entries.map(({ payload, enqueuedAtMs, arrivalNumber }) => [payload, enqueuedAtMs, arrivalNumber]),
    ).toEqual(upTo(3).map((number) => [number, number, number]));
    for (const entry of entries) entry.resolve(10 * entry.payload);
    expect(await Promise.all(answers.values())).toEqual([0, 10, 20]);
    expect(columns.takeEntries()).toEqual([]);
  });

  it('keeps little after a flood', () => {
    const { columns, add } = columnsOf(100_000);
    columns.take(100_000);
    add(1);
    expect([columns.size, columns.take(1).payloads]).toEqual([1, [1]]);
  });

  it('keeps nothing of who has left, though the next one still waits', async () => {
    const columns = new OrdinaryColumns<object, object>();
    const serveOne = (): WeakRef<object>[] => {
      const [request, response] = [{}, {}];
      const arrival = { timeMs: 1 };
      void columns.add(request, arrival, 1);
      void columns.add({}, arrival, 2);
      columns.take(1).answer([response]);
      return [new WeakRef(request), new WeakRef(response)];
    };
    const left = serveOne();
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    expect(left.map((reference) => reference.deref())).toEqual([undefined, undefined]);
    expect(columns.size).toBe(1);
  });

  it('lets the garbage collector have what is left, though what was left before it has grown old', () => {
    const columns = new OrdinaryColumns<number, number>();
    const arrival = { timeMs: 1 };
    const passThrough = (count: number): void => {
      for (let number = 0; number < count; number += 1000) {
        for (let come = 0; come < 1000; come += 1) void columns.add(come, arrival, number + come);
        columns.take(1000).answer(upTo(1000));
      }
    };
    passThrough(3000);
    // What stands here now grows old.
    heapMb();
    heapMb();
    const beforeMb = heapMbOfYoung();
    passThrough(300_000);
    expect(heapMbOfYoung() - beforeMb).toBeLessThan(2);
  });

  it('gives out what came first, first, however much comes and goes', () => {
    const step = fc.record({ do: fc.constantFrom('come', 'take', 'take entries'), count: fc.nat(40) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const { columns, add } = columnsOf(0);
        let next = 0;
        let waiting: number[] = [];
        for (const { do: action, count } of steps) {
          if (action === 'come') {
            for (let come = 0; come < count; come += 1, next += 1) {
              add(next);
              waiting.push(next);
            }
          } else if (action === 'take entries' && count === 0) {
            expect(columns.takeEntries().map(({ payload }) => payload)).toEqual(waiting);
            waiting = [];
          } else {
            const most = Math.min(count, waiting.length);
            const taken = columns.take(most);
            expect(taken.payloads).toEqual(waiting.slice(0, most));
            expect(taken.toEntries().map(({ arrivalNumber }) => arrivalNumber)).toEqual(
              waiting.slice(0, most),
            );
            waiting = waiting.slice(most);
          }
          expect([columns.size, columns.oldestAtMs]).toEqual([waiting.length, waiting[0] ?? Infinity]);
        }
      }),
    );
  });
});
