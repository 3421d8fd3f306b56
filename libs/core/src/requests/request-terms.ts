import type { BucketKey } from '../queue/queue-entry.js';

/** What was found out about a call when it was looked at. */
export interface RequestTerms {
  /** How long the caller waits, in milliseconds; Infinity if as long as it takes. */
  readonly timeoutMs: number;
  /** 0 is served first. */
  readonly priority: number;
  /** Whose it is; undefined if nobody said. */
  readonly tenant: string | undefined;
  /** What it takes of a batch's budget. */
  readonly cost: number;
  /** Which others it may share a batch with; undefined if buckets are not in use. */
  readonly bucketKey: BucketKey;
  /** By what others find it, to share its place; undefined if it shares with nobody. */
  readonly coalescingKey: string | number | undefined;
}

/** The terms of a request of which nothing special was said: one object for all of them. */
export const ORDINARY_TERMS: RequestTerms = Object.freeze({
  timeoutMs: Infinity,
  priority: 0,
  tenant: undefined,
  cost: 1,
  bucketKey: undefined,
  coalescingKey: undefined,
});
