/** Watches over the time of a call: it counts from when the worker begins with it. */
export class CallUnderWay {
  isTimeOver = false;
  private hasEnded = false;
  private timer: NodeJS.Timeout | undefined;

  /** @param onTimeOver Called once if the call has not ended by then. */
  constructor(
    private readonly timeoutMs: number | undefined,
    private readonly onTimeOver: () => void,
  ) {}

  /** Tells whether it begins: it does not if it has ended already. */
  start(): boolean {
    if (this.hasEnded) return false;
    const { timeoutMs } = this;
    if (timeoutMs !== undefined) {
      const dueAtMs = performance.now() + timeoutMs;
      this.timer = setTimeout(() => this.onDue(performance.now() - dueAtMs), timeoutMs);
    }
    return true;
  }

  end(): void {
    this.hasEnded = true;
    clearTimeout(this.timer);
  }

  /** A timer is late when this process was held up. Then answers lie unread, and get as long again to be read. */
  private onDue(lateMs: number): void {
    if (lateMs < 1) this.giveUp();
    else this.timer = setTimeout(() => this.giveUp(), lateMs);
  }

  private giveUp(): void {
    this.isTimeOver = true;
    this.onTimeOver();
  }
}
