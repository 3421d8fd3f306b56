/** Arrivals further back than this hardly count. */
const MEMORY_MS = 1000;

/**
 * Learns how many requests come per millisecond: an exponentially weighted mean over about a second, or over the time
 * since the first moment while that is shorter, so that the first rate counts as much as it has been watched. It is fed
 * with totals at the moments at which a decision is due anyway, so an arrival costs nothing.
 */
export class ArrivalRate {
  private perMs = 0;
  private lastTotal = 0;
  private lastAtMs: number | undefined = undefined;
  /** What all weights since the first moment make together: 1 once it is long ago. */
  private watchedShare = 0;

  /** Requests per millisecond; 0 until two moments have been seen. */
  get requestsPerMs(): number {
    return this.perMs;
  }

  /**
   * Learns from one more look at the count of arrivals.
   *
   * @param total How many requests had come by `nowMs`, since the beginning.
   */
  observe(total: number, nowMs: number): void {
    if (this.lastAtMs === undefined) {
      this.lastAtMs = nowMs;
      this.lastTotal = total;
    }
    if (nowMs <= this.lastAtMs) return;
    this.perMs = this.requestsPerMsBy(total, nowMs);
    this.watchedShare = this.watchedShareBy(nowMs - this.lastAtMs);
    this.lastTotal = total;
    this.lastAtMs = nowMs;
  }

  /** What `requestsPerMs` would be if that were observed: since the latest decision nobody may have come. */
  requestsPerMsBy(total: number, nowMs: number): number {
    if (this.lastAtMs === undefined || nowMs <= this.lastAtMs) return this.perMs;
    const elapsedMs = nowMs - this.lastAtMs;
    const newestPerMs = (total - this.lastTotal) / elapsedMs;
    return this.perMs + (weightOf(elapsedMs) / this.watchedShareBy(elapsedMs)) * (newestPerMs - this.perMs);
  }

  private watchedShareBy(elapsedMs: number): number {
    return this.watchedShare + weightOf(elapsedMs) * (1 - this.watchedShare);
  }
}

function weightOf(elapsedMs: number): number {
  return 1 - Math.exp(-elapsedMs / MEMORY_MS);
}
