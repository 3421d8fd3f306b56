/**
 * Time as the batcher sees it. The core has no clock of its own: production hands it {@link systemClock},
 * tests and the simulator hand it one that they move by hand.
 */
export interface Clock {
  /** Milliseconds since an arbitrary, fixed origin; fractions allowed. Never goes back. */
  now(): number;

  /** An alarm that calls `ring` once for each time it is set. A batcher owns exactly one. */
  createAlarm(ring: () => void): Alarm;

  /**
   * Calls back once, after everything that is ready to run in this turn of the event loop has run. It lets
   * requests that arrive together be decided on together.
   */
  defer(callback: () => void): void;
}

/** An alarm that can be moved. It rings at most once per `set`, and never before its time. */
export interface Alarm {
  /** Rings at `atMs` (on the clock's scale), in place of any earlier setting. A past time rings at once. */
  set(atMs: number): void;
  /** Does not ring any more, and keeps nothing alive. */
  clear(): void;
}
