import type { Batch } from './batch.js';
import { describeCall, type Call } from './call.js';
import type { Checker } from './checker.js';
import type { Ledger } from './ledger.js';

/** What is promised of the order in which requests are served. */
export function createOrderCheckers(): readonly Checker[] {
  return [new FirstInFirstOut(), new PrioritiesWithAging()];
}

/** Within one bucket, priority and tenant, requests start in the order in which they came. */
class FirstInFirstOut implements Checker {
  readonly title = 'requests of one bucket, priority and tenant start in the order in which they came';
  private readonly lastStarted = new Map<string, number>();

  batchStarted({ calls }: Batch, { config }: Ledger): string | undefined {
    for (const { id, bucket, priority, tenant } of calls) {
      const line = `${config.bucketOf === undefined ? 0 : bucket}/${priority}/${tenant ?? ''}`;
      const lastId = this.lastStarted.get(line) ?? 0;
      if (id < lastId) return `call ${id} starts after call ${lastId}`;
      this.lastStarted.set(line, id);
    }
    return undefined;
  }
}

/** With tenants, whose turn it is counts, too; they are left to the fairness tests. */
class PrioritiesWithAging implements Checker {
  readonly title = 'in a bucket without tenants, who waits on is no more urgent than who goes';
  private hasSeenTenants = false;

  batchStarted({ calls }: Batch, { waiting, config }: Ledger): string | undefined {
    this.hasSeenTenants ||= calls.some(({ tenant }) => tenant !== undefined);
    if (this.hasSeenTenants) return undefined;
    const urgentSinceMs = ({ calledAtMs, priority }: Call): number =>
      calledAtMs + priority * config.priorityAgingMs;
    const riding = new Set(calls);
    const leastUrgentMs = Math.max(...calls.map(urgentSinceMs));
    for (const other of waiting) {
      if (riding.has(other) || (config.bucketOf !== undefined && other.bucket !== calls[0]?.bucket)) continue;
      // Who is being told that it cannot be answered in time any more has left the queue already.
      if (other.deadlineAtMs < Infinity) continue;
      if (urgentSinceMs(other) < leastUrgentMs) return `${describeCall(other)} waits on`;
    }
    return undefined;
  }
}
