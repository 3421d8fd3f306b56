/** What has a deadline; it keeps its own place, so that it can leave without a search. */
export interface DeadlineEntry {
  /** On the clock's scale. */
  readonly deadlineAtMs: number;
  /** Kept by the heap; -1 while it is not in it. */
  deadlineIndex: number;
}

/**
 * The requests that have a deadline, the nearest first. A binary heap in which each request knows its place,
 * so that one that is answered leaves in O(log n). Requests without a deadline never come here.
 */
export class DeadlineHeap<TEntry extends DeadlineEntry> {
  private readonly requests: TEntry[] = [];

  /** The request whose deadline is nearest. */
  get nearest(): TEntry | undefined {
    return this.requests[0];
  }

  /** The nearest deadline on the clock's scale; Infinity if there is none. */
  get nearestAtMs(): number {
    return this.requests[0]?.deadlineAtMs ?? Infinity;
  }

  add(request: TEntry): void {
    this.requests.push(request);
    this.moveUp(request, this.requests.length - 1);
  }

  /** Takes a request out; nothing happens if it is not here. */
  remove(request: TEntry): void {
    if (request.deadlineIndex === -1) return;
    const index = request.deadlineIndex;
    const last = this.requests.pop();
    request.deadlineIndex = -1;
    if (last === undefined || last === request) return;
    this.moveUp(last, index);
    this.moveDown(last, last.deadlineIndex);
  }

  private moveUp(request: TEntry, from: number): void {
    let index = from;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = this.requests[parentIndex];
      if (parent === undefined || parent.deadlineAtMs <= request.deadlineAtMs) break;
      this.place(parent, index);
      index = parentIndex;
    }
    this.place(request, index);
  }

  private moveDown(request: TEntry, from: number): void {
    let index = from;
    for (;;) {
      const left = this.requests[2 * index + 1];
      const right = this.requests[2 * index + 2];
      const child =
        right !== undefined && left !== undefined && right.deadlineAtMs < left.deadlineAtMs ? right : left;
      if (child === undefined || child.deadlineAtMs >= request.deadlineAtMs) break;
      const childIndex = child.deadlineIndex;
      this.place(child, index);
      index = childIndex;
    }
    this.place(request, index);
  }

  private place(request: TEntry, index: number): void {
    this.requests[index] = request;
    request.deadlineIndex = index;
  }
}
