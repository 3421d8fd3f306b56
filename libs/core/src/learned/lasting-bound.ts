/** What is allowed is far from a bound from this many times the bound on. */
const FAR_TIMES = 10;

/**
 * A bound on how long something takes. To tell it takes a while, and mostly it is far below what is allowed: then it
 * need not be told anew until the time has passed that it bounds. It will not have grown so much meanwhile, unless
 * somebody changes the rules; then `forget` it.
 */
export class LastingBound {
  private farMs = Infinity;
  private untilMs = -Infinity;

  /** Whether it must be told anew before it is asked. */
  isDue(nowMs: number): boolean {
    return nowMs >= this.untilMs;
  }

  /** Takes note of the bound as it is now. */
  told(boundMs: number, nowMs: number): void {
    this.farMs = FAR_TIMES * boundMs;
    this.untilMs = nowMs + boundMs;
  }

  forget(): void {
    this.untilMs = -Infinity;
  }

  /** Whether so much more is allowed that it does not matter how exactly the bound is known. */
  isFarBelow(allowedMs: number): boolean {
    return this.farMs <= allowedMs;
  }
}
