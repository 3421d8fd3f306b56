/**
 * When a request came. Those that come at the same time share one: a time of its own would be an object for each.
 */
export interface Arrival {
  /** On the clock's scale. */
  readonly timeMs: number;
}
