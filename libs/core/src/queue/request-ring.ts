import { countSpacedBefore } from './count-spaced-before.js';
import { isQueued, type QueueEntry } from './queue-entry.js';
import type { RequestLine } from './request-line.js';

const SMALLEST_CAPACITY = 16;
/** How many slots there are for each entry when room is made: this many, or up to twice as many. */
const SLOTS_EACH = 4;
/** In a ring of fewer slots than this it does not matter how few of them are in use. */
const FEW_SLOTS = 64;
/** The largest ring that gets fresh slots in place of its used ones; for a larger one that costs more than it saves. */
const LARGEST_TO_RENEW = 2 ** 14;
/** Beyond this positions begin anew: small integers are stored in place. */
const LARGEST_POSITION = 2 ** 30;
/** The most slots, from the first on, in which the one who has waited longest is looked for. */
const MOST_LOOKED_AT = 64;

/**
 * First in, first out, in a ring of slots. An entry that leaves from the middle leaves a hole. When three quarters of
 * the stretch in use are holes they are closed, and when the ring is full, or far too large, it is made anew for those
 * in it. So every operation takes constant time on average, and there are never many more slots, or holes, than
 * entries.
 */
export class RequestRing<TEntry extends QueueEntry> implements RequestLine<TEntry> {
  size = 0;
  private slots: (TEntry | undefined)[] = emptySlots(SMALLEST_CAPACITY);
  private mask = SMALLEST_CAPACITY - 1;
  /** Positions are folded onto the slots by `mask`. Neither the first nor the last is ever a hole. */
  private headPosition = 0;
  private tailPosition = 0;
  /** Until the last stands here nobody who comes needs a look at how much room there is. */
  private lookAgainAtPosition = SMALLEST_CAPACITY;

  /** @param onMoved Called when all have got other positions. */
  constructor(private readonly onMoved: () => void = () => undefined) {}

  /** Who stands at a position, which must be somebody's. */
  at(position: number): TEntry {
    return this.slots[position & this.mask]!;
  }

  get oldest(): TEntry | undefined {
    return this.size === 0 ? undefined : this.slots[this.headPosition & this.mask];
  }

  /** Mostly that is when the first came. It may have left, though, and others need its place who came later. */
  get oldestAtMs(): number {
    const end = Math.min(this.tailPosition, this.headPosition + MOST_LOOKED_AT);
    let oldestAtMs = Infinity;
    for (let position = this.headPosition; position < end; position += 1) {
      const entry = this.slots[position & this.mask];
      if (entry === undefined) continue;
      oldestAtMs = Math.min(oldestAtMs, entry.waitingSinceMs);
      if (oldestAtMs <= entry.enqueuedAtMs) return oldestAtMs;
    }
    return end === this.tailPosition ? oldestAtMs : this.oldest!.enqueuedAtMs;
  }

  get next(): TEntry | undefined {
    return this.oldest;
  }

  get newestAtMs(): number {
    return this.size === 0 ? -Infinity : this.slots[(this.tailPosition - 1) & this.mask]!.enqueuedAtMs;
  }

  countAhead(): number {
    return this.size;
  }

  /** As if holes were evenly spaced. */
  countBefore({ queuePosition }: TEntry): number {
    return countSpacedBefore(queuePosition, this.headPosition, this.tailPosition - 1, this.size);
  }

  add(entry: TEntry): boolean {
    if (this.tailPosition >= this.lookAgainAtPosition) this.seeToRoom();
    const position = this.tailPosition;
    this.tailPosition = position + 1;
    this.place(entry, position);
    return this.size === 1;
  }

  take(): TEntry | undefined {
    const { oldest } = this;
    if (oldest !== undefined) this.takeOut(oldest);
    return oldest;
  }

  takeOldest(): TEntry | undefined {
    return this.take();
  }

  /** Takes out one that stands in it, wherever that is. */
  takeOut(entry: TEntry): void {
    this.leaveHole(entry);
    this.skipHoles();
  }

  /** Takes one out as `takeOut` does, one of many: nothing else may be asked before `skipHoles` has followed. */
  leaveHole(entry: TEntry): void {
    const { queuePosition } = entry;
    this.slots[queuePosition & this.mask] = undefined;
    entry.queuePosition = cameFrom(queuePosition);
    this.size -= 1;
  }

  takeInto(taken: TEntry[], at: number, count: number): void {
    const { slots, mask } = this;
    const end = at + count;
    let position = this.headPosition;
    for (let next = at; next < end; position += 1) {
      const entry = slots[position & mask];
      if (entry === undefined) continue;
      slots[position & mask] = undefined;
      entry.queuePosition = cameFrom(position);
      taken[next] = entry;
      next += 1;
    }
    this.headPosition = position;
    this.size -= count;
    this.skipHoles();
  }

  /** It goes back to where it stood: nobody has taken its slot. */
  putBack(entry: TEntry): void {
    const position = cameFrom(entry.queuePosition);
    if (this.size === 0) {
      this.headPosition = position;
      this.tailPosition = position + 1;
    } else if (position < this.headPosition) {
      this.headPosition = position;
    } else if (position >= this.tailPosition) {
      this.tailPosition = position + 1;
    }
    this.place(entry, position);
  }

  remove(entry: TEntry): void {
    if (isQueued(entry)) this.takeOut(entry);
  }

  forEach(visit: (entry: TEntry) => void): void {
    for (let position = this.headPosition; position < this.tailPosition; position += 1) {
      const entry = this.slots[position & this.mask];
      if (entry !== undefined) visit(entry);
    }
  }

  /** Sees to it that neither the first nor the last position is a hole. */
  skipHoles(): void {
    if (this.size === 0) {
      this.headPosition = this.tailPosition;
      return;
    }
    const { slots, mask } = this;
    while (slots[this.headPosition & mask] === undefined) this.headPosition += 1;
    while (slots[(this.tailPosition - 1) & mask] === undefined) this.tailPosition -= 1;
  }

  private get stretch(): number {
    return this.tailPosition - this.headPosition;
  }

  /** Whether it is full, has too many holes, is far too large, or has come too far. */
  private get isToBeMadeAnew(): boolean {
    const { size, mask, stretch, tailPosition } = this;
    return (
      stretch > mask ||
      stretch > SLOTS_EACH * size + FEW_SLOTS ||
      mask > SLOTS_EACH * SLOTS_EACH * size + LARGEST_TO_RENEW ||
      tailPosition > LARGEST_POSITION
    );
  }

  /** Makes the ring anew, or its slots, if that is due; and says when to look again. */
  private seeToRoom(): void {
    if (this.isToBeMadeAnew) this.makeAnew();
    else if ((this.tailPosition & this.mask) === 0 && this.mask < LARGEST_TO_RENEW) this.renew();
    const { headPosition, tailPosition, mask } = this;
    const nextRoundAt = (tailPosition | mask) + 1;
    this.lookAgainAtPosition = Math.min(headPosition + mask + 1, nextRoundAt, tailPosition + FEW_SLOTS);
  }

  private place(entry: TEntry, position: number): void {
    entry.queuePosition = position;
    this.slots[position & this.mask] = entry;
    this.size += 1;
  }

  /**
   * Takes fresh slots, once in a round. What is fresh costs nothing to write to: into slots that have grown old, the
   * garbage collector must be told of each young entry.
   */
  private renew(): void {
    this.slots = this.slots.slice();
  }

  /**
   * Makes room for several times as many as there are. Mostly all keep their positions, and none of them is touched: to
   * fetch a million from memory would hold up everything else.
   */
  private makeAnew(): void {
    const { slots, mask } = this;
    const capacity = Math.max(SMALLEST_CAPACITY, powerOfTwoFrom(SLOTS_EACH * this.size));
    this.slots = emptySlots<TEntry>(capacity);
    this.mask = capacity - 1;
    if (this.stretch > 2 * this.size || this.tailPosition > LARGEST_POSITION) {
      this.closeHoles(slots, mask);
      this.onMoved();
      return;
    }
    for (let position = this.headPosition; position < this.tailPosition; position += 1) {
      this.slots[position & this.mask] = slots[position & mask];
    }
  }

  /** All get new positions, from 0 on. */
  private closeHoles(from: readonly (TEntry | undefined)[], mask: number): void {
    let next = 0;
    for (let position = this.headPosition; position < this.tailPosition; position += 1) {
      const entry = from[position & mask];
      if (entry === undefined) continue;
      entry.queuePosition = next;
      this.slots[next] = entry;
      next += 1;
    }
    this.headPosition = 0;
    this.tailPosition = next;
  }
}

/** The smallest power of two that is not less than a number of 1 or more. */
function powerOfTwoFrom(number: number): number {
  return 2 ** Math.ceil(Math.log2(number));
}

/** The position of an entry that has been taken, as a number below 0; applied to that, the position again. */
function cameFrom(position: number): number {
  return -1 - position;
}

function emptySlots<TEntry>(capacity: number): (TEntry | undefined)[] {
  return new Array<TEntry | undefined>(capacity).fill(undefined);
}
