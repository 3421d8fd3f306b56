import type { QueueEntry } from './queue-entry.js';

/** Requests that have nothing of their own but what was sent, in columns; none of them is an object. */
export interface OrdinaryGroup<TEntry extends QueueEntry> {
  /** How many they are. */
  readonly size: number;
  /** When the one at this place came, on the clock's scale. */
  arrivedAtMs(index: number): number;
  /** The how-manieth the one at this place is of all that ever came. */
  arrivalNumberOf(index: number): number;
  /** Takes over those of another group from one place on, up to another; their places there stay empty. */
  takeFrom(other: this, from: number, to: number): void;
  /** Makes an object of each from this place on. */
  toEntries(from: number): TEntry[];
}

interface Link<TGroup> {
  readonly group: TGroup;
  following: Link<TGroup> | undefined;
}

/**
 * First in, first out, for those that need no place of their own: nobody takes one of them back, has a deadline, or
 * shares its place. They stand in groups as large as a batch, so that a full batch is handed over as it stands.
 */
export class OrdinaryLine<TEntry extends QueueEntry, TGroup extends OrdinaryGroup<TEntry>> {
  /** How many wait; one that is added to the `youngest` group must be counted here. */
  size = 0;
  private first: Link<TGroup> | undefined = undefined;
  private last: Link<TGroup> | undefined = undefined;
  /** How many of the first group have been taken. */
  private taken = 0;

  /**
   * @param createGroup Makes an empty group.
   * @param batchSize How many a full batch holds; may be changed.
   */
  constructor(
    private readonly createGroup: () => TGroup,
    public batchSize: number,
  ) {}

  /** When the oldest came, on the clock's scale; Infinity if nobody waits. */
  get oldestAtMs(): number {
    return this.size === 0 ? Infinity : this.first!.group.arrivedAtMs(this.taken);
  }

  /** The arrival number of the oldest; Infinity if nobody waits. */
  get oldestArrival(): number {
    return this.size === 0 ? Infinity : this.first!.group.arrivalNumberOf(this.taken);
  }

  /** The group that who comes next is to be added to. */
  get youngest(): TGroup {
    const { last } = this;
    return last === undefined || last.group.size >= this.batchSize ? this.append() : last.group;
  }

  /** Takes the oldest out, so many, of which there must be as many. */
  take(count: number): TGroup {
    const { group } = this.first!;
    if (this.taken > 0 || group.size !== count) return this.gather(count);
    this.size -= count;
    this.dropFirst();
    return group;
  }

  /** Takes all out, each as an object. */
  takeEntries(): TEntry[] {
    const entries: TEntry[] = [];
    for (let link = this.first; link !== undefined; link = link.following) {
      for (const entry of link.group.toEntries(this.taken)) entries.push(entry);
      this.taken = 0;
    }
    this.first = undefined;
    this.last = undefined;
    this.size = 0;
    return entries;
  }

  private append(): TGroup {
    const link: Link<TGroup> = { group: this.createGroup(), following: undefined };
    if (this.last === undefined) this.first = link;
    else this.last.following = link;
    this.last = link;
    return link.group;
  }

  private gather(count: number): TGroup {
    const gathered = this.createGroup();
    while (gathered.size < count) {
      const { group } = this.first!;
      const to = Math.min(group.size, this.taken + count - gathered.size);
      gathered.takeFrom(group, this.taken, to);
      if (to === group.size) this.dropFirst();
      else this.taken = to;
    }
    this.size -= count;
    return gathered;
  }

  private dropFirst(): void {
    this.first = this.first!.following;
    if (this.first === undefined) this.last = undefined;
    this.taken = 0;
  }
}
