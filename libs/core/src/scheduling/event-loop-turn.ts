import type { Arrival } from '../requests/arrival.js';
import type { Clock } from '../time/clock.js';

/**
 * A turn of the event loop in which requests have come. They are decided on together when it ends, and came at the
 * same time as far as waiting goes: the clock is read once for all of them, and with each decision.
 */
export class EventLoopTurn {
  /** Whether a request has come in this turn, so that its end is going to be told. */
  isOpen = false;
  private latest: Arrival = { timeMs: 0 };

  constructor(
    private readonly clock: Clock,
    private readonly onEnded: () => void,
  ) {}

  /** A request comes. */
  open(): void {
    if (this.isOpen) return;
    this.isOpen = true;
    this.readClock();
    this.clock.defer(this.end);
  }

  /** The latest time that is known, on the clock's scale. */
  get timeMs(): number {
    return this.latest.timeMs;
  }

  /** The arrival of whoever comes now: one object for all who come before the clock is read again. */
  get arrival(): Arrival {
    if (!this.isOpen) this.open();
    return this.latest;
  }

  readClock(): number {
    return this.noteTime(this.clock.now());
  }

  /** Somebody else has read the clock. */
  noteTime(timeMs: number): number {
    this.latest = { timeMs };
    return timeMs;
  }

  private readonly end = (): void => {
    this.isOpen = false;
    this.onEnded();
  };
}
