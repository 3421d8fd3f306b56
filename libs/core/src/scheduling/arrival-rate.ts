/** Arrivals further back than this hardly count. */
const MEMORY_MS = 1000;

/**
 * Learns how many requests come per millisecond: an exponentially weighted mean over about a second. It is fed
 * with totals at the moments at which a decision is due anyway, so an arrival costs nothing.
 */
export class ArrivalRate {
  private perMs = 0;
  private lastTotal = 0;
  private lastAtMs: number | undefined = undefined;

  /** Requests per millisecond; 0 until two moments have been seen. */
  get requestsPerMs(): number {
    return this.perMs;
  }

  /** So many requests had come in all by `nowMs`. */
  observe(total: number, nowMs: number): void {
    if (this.lastAtMs === undefined) {
      this.lastAtMs = nowMs;
      this.lastTotal = total;
    }
    const elapsedMs = nowMs - this.lastAtMs;
    if (elapsedMs <= 0) return;
    const weight = 1 - Math.exp(-elapsedMs / MEMORY_MS);
    const isFirst = this.perMs === 0;
    const newestPerMs = (total - this.lastTotal) / elapsedMs;
    this.perMs = isFirst ? newestPerMs : this.perMs + weight * (newestPerMs - this.perMs);
    this.lastTotal = total;
    this.lastAtMs = nowMs;
  }
}
