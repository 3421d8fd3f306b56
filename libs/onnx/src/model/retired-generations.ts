import type { ModelGeneration } from './model-generation.js';

/** Generations in whose place another one serves, each until its last worker has ended. */
export class RetiredGenerations {
  private readonly ends = new Map<ModelGeneration, Promise<void>>();
  private latestThrough: Promise<void> = Promise.resolve();

  /** Workers that took too long, have been given up, and are still busy. */
  get quarantined(): number {
    return [...this.ends.keys()].reduce((sum, { loaded }) => sum + loaded.pool.status.quarantined, 0);
  }

  /** Lets a generation end behind the one that serves in its place. */
  add(generation: ModelGeneration, successor: ModelGeneration): void {
    const { through, ended } = generation.handOver(successor);
    this.latestThrough = through;
    this.ends.set(generation, ended);
    void ended.then(() => this.ends.delete(generation));
  }

  /** Resolves when the latest has given back what it held, but for what hangs. */
  untilThrough(): Promise<void> {
    return this.latestThrough;
  }

  /** Resolves when no worker of any is left. */
  async untilEnded(): Promise<void> {
    await Promise.all(this.ends.values());
  }
}
