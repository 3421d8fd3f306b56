const SMALLEST_CAPACITY = 16;

/** What waits; it keeps its own place, so that it can leave without a search. */
export interface QueueEntry {
  /** Kept by the queue; -1 while it is not in it. */
  queuePosition: number;
}

/**
 * First in, first out, never more than `maxSize`. A request can leave from anywhere, and its place is free at
 * once.
 *
 * A ring of slots: a request that leaves from the middle leaves a hole. Holes are closed when the ring would
 * otherwise have to grow and at least half of it is holes, so every operation takes constant time on average
 * and the ring has at most four slots for each place that was ever taken at the same time.
 */
export class BoundedRequestQueue<TEntry extends QueueEntry> {
  /** How many requests wait. */
  size = 0;
  private slots: (TEntry | undefined)[];
  private mask = SMALLEST_CAPACITY - 1;
  /** Positions grow for ever and are folded onto the slots by `mask`. */
  private headPosition = 0;
  private tailPosition = 0;

  constructor(readonly maxSize: number) {
    this.slots = emptySlots(SMALLEST_CAPACITY);
  }

  get isFull(): boolean {
    return this.size >= this.maxSize;
  }

  get isEmpty(): boolean {
    return this.size === 0;
  }

  /** The request that has waited longest; undefined if none waits. */
  get oldest(): TEntry | undefined {
    // The head is never a hole: who takes the head away moves it on.
    return this.size === 0 ? undefined : this.slots[this.headPosition & this.mask];
  }

  /** Lets a request wait. The caller has made sure that the queue is not full. */
  enqueue(request: TEntry): void {
    if (this.tailPosition - this.headPosition > this.mask) this.makeRoom();
    request.queuePosition = this.tailPosition;
    this.slots[this.tailPosition & this.mask] = request;
    this.tailPosition += 1;
    this.size += 1;
  }

  /** Takes the oldest `count` requests out, oldest first; fewer if fewer wait. */
  dequeue(count: number): TEntry[] {
    const taken: TEntry[] = [];
    const wanted = Math.min(count, this.size);
    while (taken.length < wanted) {
      const slot = this.headPosition & this.mask;
      const request = this.slots[slot];
      this.headPosition += 1;
      if (request === undefined) continue;
      this.slots[slot] = undefined;
      request.queuePosition = -1;
      taken.push(request);
    }
    this.size -= wanted;
    this.skipHoles();
    return taken;
  }

  /** Takes one request out, wherever it stands; nothing happens if it is not here. */
  remove(request: TEntry): void {
    if (request.queuePosition === -1) return;
    this.slots[request.queuePosition & this.mask] = undefined;
    request.queuePosition = -1;
    this.size -= 1;
    this.skipHoles();
  }

  private skipHoles(): void {
    if (this.size === 0) {
      this.headPosition = this.tailPosition;
      return;
    }
    while (this.slots[this.headPosition & this.mask] === undefined) this.headPosition += 1;
  }

  private makeRoom(): void {
    const capacity = this.slots.length;
    const isHalfHoles = this.size <= capacity / 2;
    const target = emptySlots<TEntry>(isHalfHoles ? capacity : capacity * 2);
    let next = 0;
    for (let position = this.headPosition; position < this.tailPosition; position += 1) {
      const request = this.slots[position & this.mask];
      if (request === undefined) continue;
      request.queuePosition = next;
      target[next] = request;
      next += 1;
    }
    this.slots = target;
    this.mask = target.length - 1;
    this.headPosition = 0;
    this.tailPosition = next;
  }
}

function emptySlots<TEntry>(capacity: number): (TEntry | undefined)[] {
  return new Array<TEntry | undefined>(capacity).fill(undefined);
}
