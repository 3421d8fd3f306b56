import type { BucketKey, QueueEntry } from 'nestjs-batching/core';

/** Something that waits in a queue, with a number to be told apart by. */
export class NumberedEntry implements QueueEntry {
  readonly enqueuedAtMs: number;
  waitingSinceMs: number;
  readonly priority: number;
  readonly tenant: string | undefined;
  readonly cost: number;
  readonly bucketKey: BucketKey;
  readonly isDisplaceable: boolean;
  queuePosition = -1;
  previousOfTenant = -1;
  nextOfTenant = -1;
  arrivalNumber = 0;

  constructor(
    readonly id: number,
    {
      enqueuedAtMs = id,
      waitingSinceMs = enqueuedAtMs,
      priority = 0,
      tenant,
      cost = 1,
      bucketKey,
      isDisplaceable = true,
    }: EntryTraits = {},
  ) {
    this.enqueuedAtMs = enqueuedAtMs;
    this.waitingSinceMs = waitingSinceMs;
    this.priority = priority;
    this.tenant = tenant;
    this.cost = cost;
    this.bucketKey = bucketKey;
    this.isDisplaceable = isDisplaceable;
  }
}

/** What may be said of an entry; it came at the time of its number, first in priority, with the cost 1. */
export type EntryTraits = Partial<
  Omit<QueueEntry, 'queuePosition' | 'arrivalNumber' | 'previousOfTenant' | 'nextOfTenant'>
>;

/** One entry for each, numbered from 0. */
export const buildEntries = (...traits: readonly EntryTraits[]): NumberedEntry[] =>
  traits.map((of, id) => new NumberedEntry(id, of));

export const idsOf = (entries: readonly NumberedEntry[]): number[] => entries.map(({ id }) => id);

/** Takes what `take` gives, `most` times or until it gives nothing. */
export function takeAll<TEntry>(take: () => TEntry | undefined, most = Infinity): TEntry[] {
  const taken: TEntry[] = [];
  while (taken.length < most) {
    const entry = take();
    if (entry === undefined) break;
    taken.push(entry);
  }
  return taken;
}
