import type { Clock } from '../clock.js';

/**
 * A turn of the event loop in which requests have come. They are decided on together when it ends, and came at the
 * same time as far as waiting goes: the clock is read once for all of them, and with each decision.
 */
export class EventLoopTurn {
  /** Whether a request has come in this turn, so that its end is going to be told. */
  isOpen = false;
  /** The latest time that is known, on the clock's scale. */
  timeMs = 0;

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

  readClock(): number {
    this.timeMs = this.clock.now();
    return this.timeMs;
  }

  private readonly end = (): void => {
    this.isOpen = false;
    this.onEnded();
  };
}
