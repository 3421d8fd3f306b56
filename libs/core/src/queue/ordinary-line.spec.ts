import fc from 'fast-check';
import { NumberedEntry } from '../../../../test/core/queue-entry-builder.js';
import { OrdinaryLine, type OrdinaryGroup } from './ordinary-line.js';

/** Requests that are nothing but numbers; each came at the time of its number, and is the how-manieth it says. */
class NumberGroup implements OrdinaryGroup<NumberedEntry> {
  readonly numbers: number[] = [];

  get size(): number {
    return this.numbers.length;
  }

  arrivedAtMs(index: number): number {
    return this.numbers[index]!;
  }

  arrivalNumberOf(index: number): number {
    return this.numbers[index]!;
  }

  takeFrom(other: this, from: number, to: number): void {
    this.numbers.push(...other.numbers.slice(from, to));
  }

  toEntries(from: number): NumberedEntry[] {
    return this.numbers.slice(from).map((number) => new NumberedEntry(number));
  }
}

function lineOf(count: number, batchSize = 4) {
  const line = new OrdinaryLine<NumberedEntry, NumberGroup>(() => new NumberGroup(), batchSize);
  const add = (number: number): void => {
    line.size += 1;
    line.youngest.numbers.push(number);
  };
  for (let number = 0; number < count; number += 1) add(number);
  return { line, add };
}

describe('OrdinaryLine', () => {
  it('hands a full batch over as it stands, without a copy', () => {
    const { line, add } = lineOf(3);
    const group = line.youngest;
    add(3);
    add(4);
    expect(line.take(4)).toBe(group);
    expect(group.numbers).toEqual([0, 1, 2, 3]);
    expect([line.size, line.oldestAtMs, line.oldestArrival]).toEqual([1, 4, 4]);
  });

  it('gives out fewer than stand together, and the rest later', () => {
    const { line } = lineOf(4);
    expect([line.take(3).numbers, line.oldestAtMs, line.take(1).numbers]).toEqual([[0, 1, 2], 3, [3]]);
  });

  it('gives out more than stand together', () => {
    const { line } = lineOf(10);
    expect([line.take(1).numbers, line.take(8).numbers, line.take(1).numbers]).toEqual([
      [0],
      [1, 2, 3, 4, 5, 6, 7, 8],
      [9],
    ]);
  });

  it('lets nobody join who have been taken', () => {
    const { line, add } = lineOf(2);
    const taken = line.take(2);
    add(2);
    expect([taken.numbers, line.take(1).numbers]).toEqual([[0, 1], [2]]);
  });

  it('makes an object of each that waits, in their order', () => {
    const { line, add } = lineOf(6);
    line.take(1);
    expect(line.takeEntries().map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
    expect([line.size, line.oldestAtMs, line.oldestArrival]).toEqual([0, Infinity, Infinity]);

    add(6);
    expect(line.take(1).numbers).toEqual([6]);
  });

  it('gives out what came first, first, however it is taken', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('come' as const), count: fc.nat(9) }),
      fc.record({ do: fc.constant('take' as const), count: fc.nat(9) }),
      fc.record({ do: fc.constant('take entries' as const), count: fc.constant(0) }),
    );
    fc.assert(
      fc.property(fc.array(step), fc.integer({ min: 1, max: 5 }), (steps, batchSize) => {
        const { line, add } = lineOf(0, batchSize);
        let next = 0;
        let waiting: number[] = [];
        for (const { do: action, count } of steps) {
          if (action === 'come') {
            for (let come = 0; come < count; come += 1, next += 1) {
              add(next);
              waiting.push(next);
            }
          } else if (action === 'take entries') {
            expect(line.takeEntries().map(({ id }) => id)).toEqual(waiting);
            waiting = [];
          } else if (count > 0 && count <= waiting.length) {
            expect(line.take(count).numbers).toEqual(waiting.slice(0, count));
            waiting = waiting.slice(count);
          }
          expect([line.size, line.oldestAtMs]).toEqual([waiting.length, waiting[0] ?? Infinity]);
        }
      }),
    );
  });
});
