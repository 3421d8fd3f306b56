/** Far more changes than a check has any use for; older ones are forgotten. */
const MOST_CHANGES = 1000;

/** How often workers have been restarted lately. It knows what it is told: the total, at each check. */
export class WorkerRestarts {
  private total = 0;
  private changes: { readonly atMs: number; readonly restarts: number }[] = [];

  /** @param total Restarts since the processor was started; less than before if it has been started anew. */
  observe(total: number, nowMs: number): void {
    const restarts = total < this.total ? total : total - this.total;
    this.total = total;
    if (restarts === 0) return;
    this.changes.push({ atMs: nowMs, restarts });
    if (this.changes.length > MOST_CHANGES) this.changes.shift();
  }

  /** Those that were noticed since `sinceMs`. */
  since(sinceMs: number): number {
    return this.changes.reduce((sum, { atMs, restarts }) => (atMs >= sinceMs ? sum + restarts : sum), 0);
  }
}
