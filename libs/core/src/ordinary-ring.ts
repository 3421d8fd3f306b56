import type { Arrival } from './arrival.js';
import { ArrivalRuns } from './arrival-runs.js';
import { OrdinaryRequests } from './ordinary-requests.js';
import type { Settle } from './promised-answer.js';
import type { OrdinaryLine } from './queue/ordinary-line.js';
import type { Answer, QueuedRequest } from './queued-request.js';

const SMALLEST_CAPACITY = 16;
/** To take fresh columns for more than so many costs more than it saves; and an empty ring keeps no more. */
const LARGEST_TO_RENEW = 2 ** 14;

/**
 * Ordinary requests that wait, in a ring of two columns: what was sent, and how to answer. In a long line that is what
 * counts: who comes to the front has not been touched for long, and an object for each would have to be fetched again.
 */
export class OrdinaryRing<TRequest, TResponse> implements OrdinaryLine<
  QueuedRequest<TRequest, TResponse>,
  OrdinaryRequests<TRequest, TResponse>
> {
  size = 0;
  private payloads: (TRequest | undefined)[] = emptyColumn(SMALLEST_CAPACITY);
  private settles: (Settle<Answer<TResponse>> | undefined)[] = emptyColumn(SMALLEST_CAPACITY);
  private mask = SMALLEST_CAPACITY - 1;
  private head = 0;
  private tail = 0;
  private readonly runs = new ArrivalRuns();

  get oldestAtMs(): number {
    return this.runs.first?.arrival.timeMs ?? Infinity;
  }

  get oldestArrival(): number {
    return this.runs.first?.firstNumber ?? Infinity;
  }

  /**
   * Lets a request wait, and makes the promise of its answer.
   *
   * @param arrivalNumber The how-manieth it is of all that ever came.
   */
  add(payload: TRequest, arrival: Arrival, arrivalNumber: number): Promise<Answer<TResponse>> {
    if (this.size > this.mask) this.grow();
    else if (this.tail === 0 && this.mask < LARGEST_TO_RENEW) this.renew();
    this.runs.add(arrival, arrivalNumber);
    this.payloads[this.tail] = payload;
    // The compiler sees through a function that is written where the promise is made, and makes none.
    const answer = new Promise<Answer<TResponse>>((resolve) => {
      this.settles[this.tail] = resolve;
    });
    this.tail = (this.tail + 1) & this.mask;
    this.size += 1;
    return answer;
  }

  take(count: number): OrdinaryRequests<TRequest, TResponse> {
    const payloads = cut(this.payloads, this.head, count);
    const settles = cut(this.settles, this.head, count);
    this.head = (this.head + count) & this.mask;
    this.size -= count;
    if (this.size === 0 && this.mask >= LARGEST_TO_RENEW) this.shrink();
    return new OrdinaryRequests(payloads, settles, this.runs.take(count));
  }

  takeEntries(): QueuedRequest<TRequest, TResponse>[] {
    return this.take(this.size).toEntries();
  }

  /**
   * Takes fresh columns, once in a round. What is fresh costs nothing to write to: into columns that have grown old, the
   * garbage collector must be told of each young value.
   */
  private renew(): void {
    this.payloads = this.payloads.slice();
    this.settles = this.settles.slice();
  }

  private grow(): void {
    this.payloads = unrolled(this.payloads, this.head);
    this.settles = unrolled(this.settles, this.head);
    this.head = 0;
    this.tail = this.size;
    this.mask = 2 * this.size - 1;
  }

  /** After a flood its columns would be kept for nothing. */
  private shrink(): void {
    this.payloads = emptyColumn(SMALLEST_CAPACITY);
    this.settles = emptyColumn(SMALLEST_CAPACITY);
    this.mask = SMALLEST_CAPACITY - 1;
    this.head = 0;
    this.tail = 0;
  }
}

/** Pushed one by one: an array that was made with places for all would be thought to have holes, and be slower. */
function emptyColumn<TValue>(capacity: number): (TValue | undefined)[] {
  const column: (TValue | undefined)[] = [];
  while (column.length < capacity) column.push(undefined);
  return column;
}

/** Takes so many values out of a ring. */
function cut<TValue>(column: (TValue | undefined)[], head: number, count: number): TValue[] {
  const end = head + count;
  const beyond = end - column.length;
  const values = column.slice(head, end);
  column.fill(undefined, head, end);
  if (beyond > 0) {
    values.push(...column.slice(0, beyond));
    column.fill(undefined, 0, beyond);
  }
  return values as TValue[];
}

/** A full column from its head on, with as much room again. */
function unrolled<TValue>(column: readonly (TValue | undefined)[], head: number): (TValue | undefined)[] {
  const capacity = column.length;
  const larger = emptyColumn<TValue>(2 * capacity);
  for (let index = 0; index < capacity; index += 1) larger[index] = column[(head + index) % capacity];
  return larger;
}
