import type { ResolvedBatchingConfig } from '../config/batching-config.js';
import type { BoundedRequestQueue } from '../queue/bounded-request-queue.js';
import type { Bucket } from '../queue/bucket.js';
import type { QueueEntry } from '../queue/queue-entry.js';
import { BatchCost } from './batch-cost.js';
import { chooseBatchSize, largestBatchSize, safeBatchTimeMs } from './batch-size-choice.js';
import { weightOfTenant } from './configured-queue-rules.js';
import type { DeadlineWatch } from './deadline-watch.js';
import { chooseFairly } from './fair-choice.js';
import { chooseInTime, type InTimeChoice, type SlotsInView, type TimedCandidate } from './in-time-choice.js';
import type { CostCurve } from '../learned/cost-curve.js';
import type { LongestBatch } from './longest-batch.js';
import type { LearnedBehavior } from '../learned/learned-behavior.js';
import type { SlotForecast } from './slot-forecast.js';

/**
 * How many of those who wait are looked at when not all of them can be answered in time, in full batches. The choice
 * takes time that grows with them, so there is a limit to how many requests beyond one batch these may be.
 */
const BATCHES_LOOKED_AT = 4;
const MOST_LOOKED_AT_BEYOND = 512;

/**
 * Safety margins on a batch's time, in mean deviations. Where batches do not all take what is expected, riders are
 * chosen with each of them, and the best choice is taken.
 */
const MARGINS = [0, 1, 2];
/** Where batches deviate by no more than this share of S(1), the margin makes no difference. */
const STEADY_DEVIATION = 0.02;
/** The mean deviation of a logistic distribution of scale 1: the mean of |x| is 2 ln 2. */
const LOGISTIC_MEAN_DEVIATION = 2 * Math.LN2;

const NOBODY: readonly never[] = [];

/** What was taken out of the queue. */
export interface FormedBatch<TEntry, TGroup = never> {
  /** Who rides; none if nobody who was looked at can be answered in time. */
  readonly riding: readonly TEntry[] | TGroup;
  /** Who cannot be answered in time any more, and must be told. */
  readonly lost: readonly TEntry[];
  /** Whether fewer ride than were asked for, since the next one would have cost too much. */
  readonly isCutByCost?: boolean;
}

/** Takes the requests of one batch out of the queue: in their order, within size and cost, and in time. */
export class BatchFormer<TEntry extends QueueEntry & TimedCandidate, TGroup = never> {
  /** S(n) of the bucket whose batch is formed. */
  private curve: CostCurve;

  constructor(
    private readonly config: ResolvedBatchingConfig,
    private readonly queue: BoundedRequestQueue<TEntry, TGroup>,
    private readonly learned: LearnedBehavior,
    private readonly deadlines: Pick<DeadlineWatch<never, never>, 'earliestQueuedMs' | 'isAnyQueuedBefore'>,
    private readonly slots: Pick<SlotForecast, 'freeAfterMs'>,
    private readonly longestBatch: Pick<LongestBatch, 'isFarBefore'>,
  ) {
    this.curve = learned.curve;
  }

  /** @param size How many to take; fewer are taken if they cost too much together. */
  form(bucket: Bucket<TEntry>, size: number, nowMs: number): FormedBatch<TEntry, TGroup> {
    const most = Math.min(size, bucket.size);
    const { earliestQueuedMs } = this.deadlines;
    const isHurried =
      earliestQueuedMs !== Infinity && !this.longestBatch.isFarBefore(earliestQueuedMs, nowMs);
    if (isHurried || this.config.maxBatchCost !== undefined) {
      this.curve = this.learned.lenientlyOf(bucket.key, nowMs).curve;
    }
    const mayAnyBeLate = isHurried && this.isAnyLateIn(most, nowMs);
    if (bucket.isOrdinary && !mayAnyBeLate && this.config.maxBatchCost === undefined) {
      return { riding: this.queue.takeOrdinary(most), lost: NOBODY };
    }
    const riding = this.take(bucket, size);
    const formed =
      mayAnyBeLate && this.isAnyLateIn(riding.length, nowMs)
        ? this.chooseInTime(bucket, riding, nowMs)
        : { riding, lost: NOBODY, isCutByCost: riding.length < most };
    this.queue.reorder(bucket);
    return formed;
  }

  /** Whether anybody who waits would be late if a batch of this size were to run first. */
  private isAnyLateIn(size: number, nowMs: number): boolean {
    return this.deadlines.isAnyQueuedBefore(nowMs + this.timeMs(size));
  }

  private take(bucket: Bucket<TEntry>, size: number): TEntry[] {
    if (this.config.maxBatchCost === undefined) return this.queue.takeMany(bucket, size);
    const taken: TEntry[] = [];
    const cost = new BatchCost(this.config);
    while (taken.length < size && cost.hasRoomFor(bucket.next?.cost ?? 0)) {
      const entry = this.queue.take(bucket);
      if (entry === undefined) break;
      cost.add(entry.cost);
      taken.push(entry);
    }
    const isCut = taken.length < size && bucket.size > 0;
    this.learned.observeCost(taken.length, isCut, bucket.key);
    // The size was chosen before it was known what they cost; by now another one may be better.
    const chosen = isCut ? chooseBatchSize(taken.length, this.config, this.curve) : taken.length;
    while (taken.length > chosen) this.queue.putBack(bucket, taken.pop()!);
    return taken;
  }

  private chooseInTime(
    bucket: Bucket<TEntry>,
    taken: readonly TEntry[],
    nowMs: number,
    mayTakeAgain = bucket.hasTenants,
    margins = this.marginsNow,
  ): FormedBatch<TEntry> {
    const most = largestBatchSize(this.config);
    const isTrusted = this.learned.isTrusted(nowMs);
    const shortestAtMs = isTrusted ? nowMs + this.timeMs(1) : -Infinity;
    const enough = Math.min(BATCHES_LOOKED_AT * most, most + MOST_LOOKED_AT_BEYOND);
    const candidates = this.takeMore(bucket, taken, shortestAtMs, enough);
    const { choice: mostAnswers, margin } = this.chooseByChance(candidates, nowMs, most, margins);
    const mayBeUnfair = mostAnswers.lost.length > 0 && candidates.some(({ tenant }) => tenant !== undefined);
    const choice = mayBeUnfair
      ? this.chooseAffordable(candidates, nowMs, most, margin, this.chooseFairly)
      : mostAnswers;
    const { riding, lost } = isTrusted ? choice : this.giveNobodyUp(choice, candidates);
    const takesAgain = mayTakeAgain && lost.length > 0;
    const kept = new Set(takesAgain ? NOBODY : riding);
    for (const entry of candidates.toReversed()) {
      if (!kept.has(entry)) this.queue.putBack(bucket, entry);
    }
    for (const entry of lost) this.queue.remove(entry);
    if (!takesAgain) return { riding, lost };

    // Those who are lost have used up turns of their tenants: the requests are taken anew without them.
    const second = this.chooseInTime(bucket, this.take(bucket, taken.length), nowMs, false, [margin]);
    return { riding: second.riding, lost: [...lost, ...second.lost] };
  }

  /**
   * Takes more, until there are `enough` who can be answered by `shortestAtMs`; the others are told, and looked at
   * once.
   */
  private takeMore(
    bucket: Bucket<TEntry>,
    taken: readonly TEntry[],
    shortestAtMs: number,
    enough: number,
  ): readonly TEntry[] {
    const isViable = ({ latestDeadlineAtMs }: TEntry): boolean => latestDeadlineAtMs >= shortestAtMs;
    const candidates = [...taken];
    let viable = candidates.filter(isViable).length;
    while (viable < enough) {
      const entry = this.queue.take(bucket);
      if (entry === undefined) break;
      candidates.push(entry);
      if (isViable(entry)) viable += 1;
    }
    return candidates;
  }

  /**
   * A batch takes more or less than S(n), by chance: with a narrow margin more ride, some of them in vain; with a wide
   * one fewer do, or those who come late at the expense of those who wait. The best choice is the one with the most
   * answers per millisecond to be expected, if the times of batches follow a logistic distribution.
   */
  private chooseByChance(
    candidates: readonly TEntry[],
    nowMs: number,
    most: number,
    margins: readonly number[],
  ): { readonly choice: FormedBatch<TEntry>; readonly margin: number } {
    let margin = margins[0]!;
    let choice = this.chooseAffordable(candidates, nowMs, most, margin);
    if (margins.length === 1) return { choice, margin };
    let mostPerMs = this.expectedAnswersPerMs(choice, nowMs);
    for (const other of margins.slice(1)) {
      const otherChoice = this.chooseAffordable(candidates, nowMs, most, other);
      const perMs = this.expectedAnswersPerMs(otherChoice, nowMs);
      if (perMs <= mostPerMs) continue;
      margin = other;
      choice = otherChoice;
      mostPerMs = perMs;
    }
    return { choice, margin };
  }

  private get marginsNow(): readonly number[] {
    const { curve } = this;
    const isSteady = curve.meanDeviationMs <= STEADY_DEVIATION * curve.predictMs(1);
    return isSteady ? MARGINS.slice(-1) : MARGINS;
  }

  private expectedAnswersPerMs({ riding }: FormedBatch<TEntry>, nowMs: number): number {
    if (riding.length === 0) return 0;
    const expectedMs = this.timeMs(riding.length, 0);
    const scaleMs = this.curve.meanDeviationMs / LOGISTIC_MEAN_DEVIATION;
    let answers = 0;
    for (const { latestDeadlineAtMs } of riding) {
      answers += 1 / (1 + Math.exp((nowMs + expectedMs - latestDeadlineAtMs) / scaleMs));
    }
    return answers / expectedMs;
  }

  /** Who would be lost to a batch that costs too much to run need not be lost to a smaller one. */
  private chooseAffordable(
    candidates: readonly TEntry[],
    nowMs: number,
    most: number,
    margin: number,
    choose: typeof this.chooseFairly = chooseInTime,
  ): FormedBatch<TEntry> {
    const [, ...otherSlotsFreeAfterMs] = this.slots.freeAfterMs(nowMs);
    const { riding, lost } = choose(candidates, {
      nowMs,
      mostRiding: most,
      timeMs: (size) => this.timeMs(size, margin),
      otherSlotsFreeAtMs: otherSlotsFreeAfterMs.map((afterMs) => nowMs + afterMs),
      requestsPerMs: this.learned.arrivals.requestsPerMs,
    });
    const affordable = this.affordable(riding);
    return affordable.length === riding.length
      ? { riding, lost }
      : this.chooseAffordable(candidates, nowMs, affordable.length, margin, choose);
  }

  private readonly chooseFairly = (candidates: readonly TEntry[], slots: SlotsInView): InTimeChoice<TEntry> =>
    chooseFairly(candidates, slots, (tenant) => weightOfTenant(tenant, this.config));

  /** As many of the first ones as fit into one batch's cost; the next one is not passed over for a cheaper one. */
  private affordable(entries: readonly TEntry[]): readonly TEntry[] {
    const cost = new BatchCost(this.config);
    const tooMuch = entries.findIndex((entry) => {
      if (!cost.hasRoomFor(entry.cost)) return true;
      cost.add(entry.cost);
      return false;
    });
    if (tooMuch === -1) return entries;
    return entries.slice(0, chooseBatchSize(tooMuch, this.config, this.curve));
  }

  private timeMs(size: number, margin?: number): number {
    return safeBatchTimeMs(size, this.config, this.curve, margin);
  }

  /**
   * The choice where what has been learned is not to be trusted: good enough to choose a size by, but neither to turn
   * anybody away nor to pass anybody over. If nobody could be in time by it, one request rides alone to find out, since
   * a full batch that is late tells nothing of smaller ones.
   */
  private giveNobodyUp({ riding }: FormedBatch<TEntry>, candidates: readonly TEntry[]): FormedBatch<TEntry> {
    const first = candidates.slice(0, Math.max(1, riding.length));
    return { riding: this.affordable(first), lost: NOBODY };
  }
}
