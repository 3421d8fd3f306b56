import type { QueueEntry } from './queue-entry.js';
import type { TenantShare } from './tenant-share.js';

/** Passes are counted up to this, and then from 0 again: small integers are stored in place. */
const LARGEST_PASS = 2 ** 30 - 1;
/** Rounds that were skipped are remembered so that they can be undone: this many times, more than one batch undoes. */
const MOST_SKIPS = 2 ** 17;
/** No quantum is less than this share of the largest cost: a smaller one might add nothing to what a tenant has. */
const LEAST_QUANTUM_SHARE = 2 ** -40;

/**
 * The circle in which tenants take turns: deficit round robin (Shreedhar and Varghese, "Efficient Fair Queuing using
 * Deficit Round Robin", SIGCOMM 1995). Whose turn it is gets a quantum, and may take requests as long as its deficit
 * covers what they cost.
 *
 * The quantum is a cost times the tenant's weight. Where all cost the same it is that, so that with weights of 1 and
 * more each turn serves at least one request; otherwise it is the median of what the first requests of all tenants
 * cost, so that every other turn does at least, and one request that costs very much does not make everybody's turns
 * long. Rounds in which nobody could be served are granted at once.
 *
 * Whatever has been taken since somebody last came can be undone exactly, in reverse order.
 */
export class TenantTurns<TEntry extends QueueEntry> {
  /** How many tenants stand in the circle. */
  count = 0;
  /** Whose turn it is, which has its quantum; the others follow in a circle, the last one stands before it. */
  current: TenantShare<TEntry> | undefined = undefined;
  /** How often the turn has passed on to somebody who had it not; counted round. */
  passes = 0;
  /** Nobody costs more who has come since there was last nobody, and nobody less. */
  private largestCost = 0;
  private smallestCost = 0;
  /** What makes a quantum for a weight of 1. Changed only when somebody comes, so that what is undone is so exactly. */
  private quantumCost = 0;
  private passesAtQuantum = 0;
  private comeSinceQuantum = 0;
  private skips: { readonly passes: number; readonly rounds: number }[] = [];

  /**
   * Somebody is about to come, so that nothing is undone any more.
   *
   * @param isFirst Whether nobody is there.
   */
  noteCost(cost: number, isFirst: boolean): void {
    if (this.skips.length > 0) this.skips = [];
    if (cost !== this.largestCost || cost !== this.smallestCost) this.noteOtherCost(cost, isFirst);
  }

  /** A tenant takes the last place in the circle. */
  append(share: TenantShare<TEntry>): void {
    this.count += 1;
    if (this.current === undefined) this.begin(share);
    else share.standBefore(this.current);
  }

  /** A tenant leaves the circle; if it is its turn, the next one has it. */
  leave(share: TenantShare<TEntry>): void {
    this.count -= 1;
    if (this.current === share) {
      if (share.following === share) this.current = undefined;
      else this.begin(share.following);
    }
    share.leaveCircle();
  }

  /** Whether a tenant stands in the circle. */
  has(share: TenantShare<TEntry>): boolean {
    return this.current === share || share.following !== share;
  }

  /** Passes the turn on until it is with a tenant that may take its next request. One in the circle must have some. */
  find(): TenantShare<TEntry> | undefined {
    let unserved = 0;
    for (let share = this.current; share !== undefined; share = this.passOn(share)) {
      if (unserved === this.count) this.skipRounds();
      unserved += 1;
      const { deficit } = share;
      // Where all cost the same there is no need to look at the request.
      if (deficit < this.smallestCost || share.size === 0) continue;
      if (deficit >= this.largestCost || deficit >= share.first.cost) return share;
    }
    return undefined;
  }

  /** Whose turn it is takes a request. */
  charge(share: TenantShare<TEntry>, { cost }: TEntry): void {
    share.deficit -= cost;
  }

  /** Undoes that a request was taken: it is its tenant's turn again, also if that has left the circle since. */
  giveBack(share: TenantShare<TEntry>, { cost }: TEntry): void {
    if (!this.has(share)) {
      this.count += 1;
      if (this.current !== undefined) share.standBefore(this.current);
    }
    if (this.current !== share) this.returnTo(share);
    share.deficit += cost;
  }

  /** Everyone to whom the turn has passed since gives back what it got for it. */
  undoPassesSince(passes: number): void {
    while (this.current !== undefined && this.passes !== passes) {
      const skipped = this.skips.at(-1);
      if (skipped?.passes === this.passes) {
        this.skips.pop();
        this.grantRounds(-skipped.rounds);
      }
      this.returnTo(this.current.previous);
      this.passes = (this.passes - 1) & LARGEST_PASS;
    }
    this.passes = passes;
  }

  private passOn(share: TenantShare<TEntry>): TenantShare<TEntry> {
    const { following } = share;
    this.passes = (this.passes + 1) & LARGEST_PASS;
    this.begin(following);
    return following;
  }

  /** A tenant's turn begins. */
  private begin(share: TenantShare<TEntry>): void {
    this.current = share;
    share.deficit += this.quantumOf(share);
  }

  /** It is the turn of one again that had it before, and has had its quantum for that. */
  private returnTo(share: TenantShare<TEntry>): void {
    const { current } = this;
    if (current !== undefined) current.deficit -= this.quantumOf(current);
    this.current = share;
  }

  /** As `noteCost`, if not all cost the same. */
  private noteOtherCost(cost: number, isFirst: boolean): void {
    if (isFirst) {
      this.largestCost = cost;
      this.smallestCost = cost;
      this.quantumCost = cost;
      return;
    }
    const wasTheSame = this.smallestCost === this.largestCost;
    this.largestCost = Math.max(this.largestCost, cost);
    this.smallestCost = Math.min(this.smallestCost, cost);
    // Once in a round, or when as many have come: to look at all tenants costs each of them no more than a constant.
    this.comeSinceQuantum += 1;
    const passed = (this.passes - this.passesAtQuantum) & LARGEST_PASS;
    if (wasTheSame || Math.max(passed, this.comeSinceQuantum) >= this.count) this.findQuantum();
  }

  /** Nobody could be served in a whole round: all get at once what they would get until almost somebody can. */
  private skipRounds(): void {
    let rounds = Infinity;
    this.forEach((share) => {
      if (share.size === 0) return;
      const missing = share.first.cost - share.deficit;
      rounds = Math.min(rounds, Math.floor(missing / this.quantumOf(share)) - 1);
    });
    if (rounds < 1 || rounds === Infinity) return;
    this.grantRounds(rounds);
    if (this.skips.length === MOST_SKIPS) this.skips.splice(0, MOST_SKIPS / 2);
    this.skips.push({ passes: this.passes, rounds });
  }

  private grantRounds(rounds: number): void {
    this.forEach((share) => (share.deficit += rounds * this.quantumOf(share)));
  }

  private quantumOf({ weight }: TenantShare<TEntry>): number {
    const quantum = this.quantumCost * weight;
    // Mostly that is it, and a whole number if both are: what follows would store it as a fraction.
    if (quantum >= this.largestCost && quantum <= Number.MAX_VALUE) return quantum;
    // Neither 0, with which no turn would ever begin, nor Infinity, with which none would end.
    const least = Math.max(this.largestCost * LEAST_QUANTUM_SHARE, Number.MIN_VALUE);
    return Math.min(Math.max(quantum, least), Number.MAX_VALUE);
  }

  private findQuantum(): void {
    this.passesAtQuantum = this.passes;
    this.comeSinceQuantum = 0;
    const costs: number[] = [];
    this.forEach((share) => {
      if (share.size > 0) costs.push(share.first.cost);
    });
    costs.sort((one, other) => one - other);
    this.quantumCost = costs[costs.length >> 1]!;
  }

  private forEach(visit: (share: TenantShare<TEntry>) => void): void {
    let share = this.current;
    for (let left = this.count; share !== undefined && left > 0; left -= 1) {
      visit(share);
      share = share.following;
    }
  }
}
