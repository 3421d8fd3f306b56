/** What waits in a queue, as far as the queue is concerned. */
export interface QueueEntry {
  /** When it came, on the clock's scale. */
  readonly enqueuedAtMs: number;
  /** Since when somebody who still needs it has waited, on the clock's scale; not before `enqueuedAtMs`. */
  readonly waitingSinceMs: number;
  /** 0 is served first. */
  readonly priority: number;
  /** Whose it is; undefined if nobody said. */
  readonly tenant: string | undefined;
  /** What it takes of a batch's budget. */
  readonly cost: number;
  /** Which others it may share a batch with; undefined if buckets are not in use. */
  readonly bucketKey: BucketKey;
  /** Whether it may have to give up its place to one of higher priority. Once it may not, it never may again. */
  readonly isDisplaceable: boolean;
  /** Its slot in its line; kept by the line, below 0 while it is not in one. */
  queuePosition: number;
  /** In a line that tenants share, the slot of the one of its tenant that came before it; kept by the line. */
  previousOfTenant: number;
  /** The slot of the one of its tenant that came after it. */
  nextOfTenant: number;
  /** Its number among all that ever came, from 1; kept by the queue. */
  arrivalNumber: number;
}

/** What tells buckets apart; compared as the keys of a `Map` are. */
export type BucketKey = string | number | undefined;

export function isQueued(entry: QueueEntry): boolean {
  return entry.queuePosition >= 0;
}
