import type { Arrival } from './arrival.js';
import { ArrivalRuns } from './arrival-runs.js';
import { OrdinaryRequests } from './ordinary-requests.js';
import type { Settle } from './promised-answer.js';
import type { OrdinaryLine } from '../queue/ordinary-line.js';
import type { Answer, QueuedRequest } from './queued-request.js';

const SHORTEST_STRETCH = 16;
const LONGEST_STRETCH = 4096;

/** Copied to make a stretch: to V8 an array of `new Array(length)` would be one with holes, which is slower to read. */
const NOTHING: undefined[] = [];
while (NOTHING.length < LONGEST_STRETCH) NOTHING.push(undefined);

/** A stretch of the line: what was sent, and how to answer. */
interface Stretch<TRequest, TResponse> {
  readonly payloads: (TRequest | undefined)[];
  readonly settles: (Settle<Answer<TResponse>> | undefined)[];
  /** Those that came next. */
  following: Stretch<TRequest, TResponse> | undefined;
}

/**
 * Ordinary requests that wait, in two columns: what was sent, and how to answer. In a long line that is what counts:
 * who comes to the front has not been touched for long, and an object for each would have to be fetched again.
 *
 * The columns come in stretches, each used once. What is fresh costs nothing to write to: into a column that has grown
 * old, the garbage collector must be told of each young value.
 */
export class OrdinaryColumns<TRequest, TResponse> implements OrdinaryLine<
  QueuedRequest<TRequest, TResponse>,
  OrdinaryRequests<TRequest, TResponse>
> {
  size = 0;
  private first: Stretch<TRequest, TResponse> = createStretch(SHORTEST_STRETCH);
  private last = this.first;
  /** Of the last one: looked at for each request. */
  private payloads = this.last.payloads;
  private settles = this.last.settles;
  private capacity = this.payloads.length;
  /** How many places of the first stretch have been left, and how many of the last are taken. */
  private left = 0;
  private filled = 0;
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
   * @param arrivalNumber Its number among all that ever came, from 1.
   */
  add(payload: TRequest, arrival: Arrival, arrivalNumber: number): Promise<Answer<TResponse>> {
    if (this.filled === this.capacity) this.append();
    this.runs.add(arrival, arrivalNumber);
    this.payloads[this.filled] = payload;
    // V8 inlines a function that is written where the promise is made, and allocates no closure, as long as that needs
    // to know no more than `this`.
    const answer = new Promise<Answer<TResponse>>((resolve) => {
      this.settles[this.filled] = resolve;
    });
    this.filled += 1;
    this.size += 1;
    return answer;
  }

  take(count: number): OrdinaryRequests<TRequest, TResponse> {
    const { first, left } = this;
    const to = Math.min(left + count, first.payloads.length);
    const payloads = first.payloads.slice(left, to) as TRequest[];
    const settles = first.settles.slice(left, to) as Settle<Answer<TResponse>>[];
    this.leaveUpTo(to);
    while (payloads.length < count) this.takeAlong(payloads, settles, count);
    this.size -= count;
    return new OrdinaryRequests(payloads, settles, this.runs.take(count));
  }

  takeEntries(): QueuedRequest<TRequest, TResponse>[] {
    return this.take(this.size).toEntries();
  }

  /** Adds who comes next in the first stretch, until there are `most`. */
  private takeAlong(payloads: TRequest[], settles: Settle<Answer<TResponse>>[], most: number): void {
    const { first, left } = this;
    const to = Math.min(left + most - payloads.length, first.payloads.length);
    for (let place = left; place < to; place += 1) {
      payloads.push(first.payloads[place] as TRequest);
      settles.push(first.settles[place]!);
    }
    this.leaveUpTo(to);
  }

  /** What was sent may be large, and a stretch may stay for long: it keeps nothing of who has left it. */
  private leaveUpTo(place: number): void {
    const { payloads, settles, following } = this.first;
    for (let vacant = this.left; vacant < place; vacant += 1) {
      payloads[vacant] = undefined;
      settles[vacant] = undefined;
    }
    this.left = place;
    if (following !== undefined && place === payloads.length) this.leaveFirst(following);
  }

  /**
   * One that is left points to nobody any more. Once it has grown old only a full garbage collection removes it, and
   * until then all that came after it would be kept, and grow old as well.
   */
  private leaveFirst(following: Stretch<TRequest, TResponse>): void {
    this.first.following = undefined;
    this.first = following;
    this.left = 0;
  }

  /** The longer the line, the longer the stretch. */
  private append(): void {
    const fresh = createStretch<TRequest, TResponse>(
      Math.min(Math.max(SHORTEST_STRETCH, 2 * this.size), LONGEST_STRETCH),
    );
    this.last.following = fresh;
    this.last = fresh;
    this.payloads = fresh.payloads;
    this.settles = fresh.settles;
    this.capacity = fresh.payloads.length;
    this.filled = 0;
    if (this.left === this.first.payloads.length) this.leaveFirst(fresh);
  }
}

function createStretch<TRequest, TResponse>(length: number): Stretch<TRequest, TResponse> {
  return {
    payloads: NOTHING.slice(0, length),
    settles: NOTHING.slice(0, length),
    following: undefined,
  };
}
