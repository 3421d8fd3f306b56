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
    if (this.timeoutMs !== undefined) {
      this.timer = setTimeout(() => {
        this.isTimeOver = true;
        this.onTimeOver();
      }, this.timeoutMs);
    }
    return true;
  }

  end(): void {
    this.hasEnded = true;
    clearTimeout(this.timer);
  }
}
