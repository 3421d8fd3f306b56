import { ArrivalRuns, type ArrivalRun } from './arrival-runs.js';

const MORNING = { timeMs: 1000 };
const NOON = { timeMs: 1003 };

/** The time, the first number and the count of each run. */
function told(first: ArrivalRun | undefined): [number, number, number][] {
  const all: [number, number, number][] = [];
  for (let run = first; run !== undefined; run = run.following) {
    all.push([run.arrival.timeMs, run.firstNumber, run.count]);
  }
  return all;
}

describe('ArrivalRuns', () => {
  it('tells once when those came who came at the same time', () => {
    const runs = new ArrivalRuns();
    for (const number of [3, 4, 5]) runs.add(MORNING, number);
    for (const number of [6, 7]) runs.add(NOON, number);
    expect(told(runs.first)).toEqual([
      [1000, 3, 3],
      [1003, 6, 2],
    ]);
  });

  it('begins anew where others have come in between, also at the same time', () => {
    const runs = new ArrivalRuns();
    for (const number of [3, 4, 9]) runs.add(MORNING, number);
    expect(told(runs.first)).toEqual([
      [1000, 3, 2],
      [1000, 9, 1],
    ]);
  });

  it('gives out as many as it is told from the front, and keeps the rest', () => {
    const runs = new ArrivalRuns();
    for (const number of [1, 2, 3]) runs.add(MORNING, number);
    for (const number of [4, 5]) runs.add(NOON, number);
    expect(told(runs.take(2))).toEqual([[1000, 1, 2]]);
    expect(told(runs.take(2))).toEqual([
      [1000, 3, 1],
      [1003, 4, 1],
    ]);
    expect(told(runs.first)).toEqual([[1003, 5, 1]]);
  });

  it('gives out nobody more where it gives out all who came at the same time', () => {
    const runs = new ArrivalRuns();
    runs.add(MORNING, 1);
    for (const number of [2, 3]) runs.add(NOON, number);
    runs.add(MORNING, 4);
    expect(told(runs.take(1))).toEqual([[1000, 1, 1]]);
    expect(told(runs.take(2))).toEqual([[1003, 2, 2]]);
    expect(told(runs.first)).toEqual([[1000, 4, 1]]);
  });

  it('changes nothing of what it has given out when more come at the same time', () => {
    const runs = new ArrivalRuns();
    runs.add(MORNING, 1);
    const taken = runs.take(1);
    runs.add(MORNING, 2);
    expect(told(taken)).toEqual([[1000, 1, 1]]);
    expect(told(runs.first)).toEqual([[1000, 2, 1]]);
  });

  it('has nothing to tell when all have gone', () => {
    const runs = new ArrivalRuns();
    runs.add(MORNING, 1);
    runs.take(1);
    expect([told(runs.first), told(runs.take(0))]).toEqual([[], []]);
  });
});
