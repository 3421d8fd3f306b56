/** Something that happens at a time. It keeps its own place in the heap, so it can be moved without a search. */
export interface TimedEvent {
  /** Infinity while it is not in the heap. */
  atMs: number;
  /** Of two events at the same time, the one that was set first happens first. */
  order: number;
  /** Kept by the heap; -1 while it is not in it. */
  position: number;
  readonly happen: () => void;
}

/** What is yet to happen, the next first. Everything takes O(log n). */
export class EventHeap {
  private readonly events: TimedEvent[] = [];
  private lastOrder = 0;

  get size(): number {
    return this.events.length;
  }

  get next(): TimedEvent | undefined {
    return this.events[0];
  }

  /** Puts an event in its place, or moves it there. */
  set(event: TimedEvent, atMs: number): void {
    if (event.position !== -1 && event.atMs === atMs) return;
    const wasAtMs = event.atMs;
    this.lastOrder += 1;
    event.order = this.lastOrder;
    event.atMs = atMs;
    if (event.position === -1) {
      event.position = this.events.length;
      this.events.push(event);
      this.moveUp(event);
    } else if (atMs < wasAtMs) {
      this.moveUp(event);
    } else {
      this.moveDown(event);
    }
  }

  /** Takes an event out; nothing happens if it is not here. */
  remove(event: TimedEvent): void {
    const { position } = event;
    if (position === -1) return;
    event.position = -1;
    event.atMs = Infinity;
    const last = this.events.pop();
    if (last === undefined || last === event) return;
    last.position = position;
    this.events[position] = last;
    this.moveUp(last);
    this.moveDown(last);
  }

  private moveUp(event: TimedEvent): void {
    const { events } = this;
    let { position } = event;
    while (position > 0) {
      const parentPosition = (position - 1) >> 1;
      const parent = events[parentPosition];
      if (parent === undefined || comesBefore(parent, event)) break;
      parent.position = position;
      events[position] = parent;
      position = parentPosition;
    }
    event.position = position;
    events[position] = event;
  }

  private moveDown(event: TimedEvent): void {
    const { events } = this;
    let { position } = event;
    for (;;) {
      let childPosition = 2 * position + 1;
      let child = events[childPosition];
      if (child === undefined) break;
      const sibling = events[childPosition + 1];
      if (sibling !== undefined && comesBefore(sibling, child)) {
        childPosition += 1;
        child = sibling;
      }
      if (comesBefore(event, child)) break;
      child.position = position;
      events[position] = child;
      position = childPosition;
    }
    event.position = position;
    events[position] = event;
  }
}

function comesBefore(one: TimedEvent, other: TimedEvent): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}
