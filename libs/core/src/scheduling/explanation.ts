import type { ResolvedBatchingConfig } from '../config/batching-config.js';
import type { QueueStatistics } from '../statistics/queue-statistics.js';
import { largestBatchSize } from './batch-size-choice.js';

/** Why batches are as small, or answers as late, as they are. */
export type BatchingCause =
  /** No batch has run yet. */
  | 'no-traffic'
  /** Half of the batches or more hold as much as a batch may hold. */
  | 'batches-full'
  /** More comes than can be run: many are turned away, or wait while every slot is busy. */
  | 'overload'
  /** Hardly anything else comes while a batch runs. */
  | 'arrivals-too-few'
  /** Batches go before enough has come, and `maxWaitTimeMs` is why. */
  | 'wait-too-short'
  /** What waits is spread over several buckets, which never share a batch. */
  | 'too-many-buckets'
  /** Batches reach `maxBatchCost` long before `maxBatchSize`. */
  | 'cost-limit'
  /** Most slots are free most of the time, so that requests go at once. */
  | 'slots-idle'
  /** Tenants are refused for having as much waiting as one may. */
  | 'tenant-limit'
  /** Batches go early for a deadline, or requests run out of time. */
  | 'deadlines';

/** One reason, with its figures and what can be done about it. */
export interface BatchingFinding {
  /** Which of the known reasons it is. */
  readonly cause: BatchingCause;
  /** What was seen, with its figures, and what can be done about it; sentences for an operator. */
  readonly message: string;
}

/** What a batcher says of the batches that it has run. */
export interface BatchingExplanation {
  /** What batches are like, in a sentence. */
  readonly summary: string;
  /** Why, the most important first. */
  readonly findings: readonly BatchingFinding[];
}

/** Batches that hold less than this share of what they could count as small. */
const SMALL_BATCH = 0.5;
/** What holds for this share of the batches, or more, holds for most. */
const MOST_BATCHES = 0.5;
/** With less than this share of them busy, slots are idle. */
const BUSY_SLOTS = 0.5;
/** With less than this share of a batch's requests coming while one runs, arrivals are too few. */
const ARRIVALS_OF_A_BATCH = 0.5;
/** What concerns fewer than this share of batches or requests is not worth a word. */
const WORTH_A_WORD = 0.1;

/** Says in words what the statistics show. Pure. */
export function explainBatching(
  statistics: QueueStatistics,
  config: ResolvedBatchingConfig,
): BatchingExplanation {
  const { batches } = statistics;
  if (batches.dispatched === 0) {
    const message = 'No batch has run yet, so there is nothing to explain.';
    return { summary: message, findings: [{ cause: 'no-traffic', message }] };
  }
  const { queueTimeMs, processingTimeMs } = statistics;
  const summary =
    `${count(batches.dispatched, 'batch', 'batches')} of ${batches.meanSize.toFixed(1)} requests on average, of ` +
    `${largestBatchSize(config)} at most. A request waited ${ms(queueTimeMs.mean)} for its batch, which took ` +
    `${ms(processingTimeMs.mean)}.`;
  const figures: Figures = {
    statistics,
    config,
    isSmall: batches.meanSize < SMALL_BATCH * largestBatchSize(config),
  };
  const findings = FINDERS.map((find) => find(figures)).filter((finding) => finding !== undefined);
  return { summary, findings };
}

interface Figures {
  readonly statistics: QueueStatistics;
  readonly config: ResolvedBatchingConfig;
  /** Whether batches hold much less than they could. */
  readonly isSmall: boolean;
}

type Finder = (figures: Figures) => BatchingFinding | undefined;

const FINDERS: readonly Finder[] = [
  findOverload,
  findTenantLimit,
  findFullBatches,
  findDeadlines,
  findCostLimit,
  findBuckets,
  findIdleSlots,
  findFewArrivals,
  findShortWait,
];

function findOverload({ statistics, config }: Figures): BatchingFinding | undefined {
  const { requests, refused, refusedForTenant, queueTimeMs, processingTimeMs } = statistics;
  // The longest that a request waits for company while a slot is free.
  const companyMs = (config.timeoutStrategy === 'wait-for-full' ? 2 : 1) * config.maxWaitTimeMs;
  const turnedAway = (refused['QUEUE_FULL'] ?? 0) - refusedForTenant + requests.displaced;
  const isRefusing = turnedAway > WORTH_A_WORD * (requests.accepted + turnedAway);
  const isWaiting = queueTimeMs.p50 > companyMs + 2 * processingTimeMs.p50;
  if (!isRefusing && !isWaiting) return undefined;
  const seen = [
    ...(isWaiting
      ? [`half of the requests waited over ${ms(queueTimeMs.p50)}, while every slot was busy`]
      : []),
    ...(turnedAway > 0
      ? [`${count(turnedAway, 'request was', 'requests were')} turned away for want of a place`]
      : []),
  ];
  return {
    cause: 'overload',
    message:
      `More comes than can be served: ${seen.join(', and ')}. More workers or a larger ` +
      `maxBatchSize would help; a longer queue would only make them wait longer.`,
  };
}

function findTenantLimit({ statistics, config }: Figures): BatchingFinding | undefined {
  const { requests, refusedForTenant } = statistics;
  if (refusedForTenant <= WORTH_A_WORD * (requests.accepted + refusedForTenant)) return undefined;
  return {
    cause: 'tenant-limit',
    message:
      `${count(refusedForTenant, 'request was', 'requests were')} refused since their tenant had as many waiting as ` +
      `maxQueueSizePerTenant (${config.maxQueueSizePerTenant}) allows. That keeps the queue free for the others; raise it if they shall ` +
      `park more.`,
  };
}

function findFullBatches(figures: Figures): BatchingFinding | undefined {
  const share = shareOfFull(figures);
  // Those that are full and small all the same are so for what they cost.
  if (share < MOST_BATCHES || findCostLimit(figures) !== undefined) return undefined;
  return {
    cause: 'batches-full',
    message: `${percent(share)} of the batches were full. A larger maxBatchSize may serve more at once, if memory allows.`,
  };
}

function findDeadlines({ statistics }: Figures): BatchingFinding | undefined {
  const { batches, requests, refused } = statistics;
  const hurried = (batches.dispatchReasons.deadline ?? 0) / batches.dispatched;
  const refusedForTime = refused['DEADLINE_EXCEEDED'] ?? 0;
  const late = (requests.expired + refusedForTime) / (requests.accepted + refusedForTime);
  if (hurried < WORTH_A_WORD && late < WORTH_A_WORD) return undefined;
  return {
    cause: 'deadlines',
    message:
      `Deadlines are tight: ${percent(hurried)} of the batches went early for one, and ${percent(late)} of the requests ` +
      `ran out of time or were refused for it. More time (timeoutMs) allows larger batches.`,
  };
}

function findCostLimit(figures: Figures): BatchingFinding | undefined {
  const { statistics, config, isSmall } = figures;
  const share = shareOfFull(figures);
  if (!isSmall || config.maxBatchCost === undefined || share < WORTH_A_WORD) return undefined;
  return {
    cause: 'cost-limit',
    message:
      `${percent(share)} of the batches reached maxBatchCost (${config.maxBatchCost}) with only ` +
      `${statistics.batches.meanSize.toFixed(1)} requests on average. Raise it if memory allows, or bucket requests of similar cost.`,
  };
}

function findBuckets({ statistics: { buckets }, isSmall }: Figures): BatchingFinding | undefined {
  if (!isSmall || buckets < 2) return undefined;
  return {
    cause: 'too-many-buckets',
    message: `What waits now is spread over ${buckets} buckets, which never share a batch. Coarser keys in bucketOf make larger ones.`,
  };
}

function findIdleSlots({ statistics, config, isSmall }: Figures): BatchingFinding | undefined {
  const { learned, batches } = statistics;
  const batchMs = learned.fixedTimeMs + learned.timePerRequestMs * batches.meanSize;
  const busySlots = (learned.requestsPerSecond / 1000 / batches.meanSize) * batchMs;
  if (!isSmall || config.maxConcurrentBatches < 2 || busySlots > BUSY_SLOTS * config.maxConcurrentBatches)
    return undefined;
  return {
    cause: 'slots-idle',
    message:
      `About ${busySlots.toFixed(1)} of ${config.maxConcurrentBatches} slots are busy, so most requests find a free one and ` +
      `go at once. That is good for latency; fewer slots (maxConcurrentBatches) would make larger batches.`,
  };
}

function findFewArrivals(figures: Figures): BatchingFinding | undefined {
  const { statistics, isSmall, config } = figures;
  const { learned, processingTimeMs } = statistics;
  const duringOne = (learned.requestsPerSecond / 1000) * processingTimeMs.mean;
  // Who is turned away comes, too.
  if (findOverload(figures) ?? findTenantLimit(figures) ?? findDeadlines(figures)) return undefined;
  // And who costs so much that few fill a batch need not be many.
  if (shareOfFull(figures) >= MOST_BATCHES) return undefined;
  if (!isSmall || duringOne > ARRIVALS_OF_A_BATCH * largestBatchSize(config)) return undefined;
  return {
    cause: 'arrivals-too-few',
    message:
      `${learned.requestsPerSecond.toFixed(1)} requests come a second: about ${duringOne.toFixed(1)} while one batch runs. ` +
      `Batches are small for that alone; to wait for company would only delay the answers.`,
  };
}

function findShortWait({ statistics, config, isSmall }: Figures): BatchingFinding | undefined {
  const { batches, learned } = statistics;
  const share = (batches.dispatchReasons.waited ?? 0) / batches.dispatched;
  if (!isSmall || share < MOST_BATCHES) return undefined;
  const inTheWait = (learned.requestsPerSecond / 1000) * config.maxWaitTimeMs;
  return {
    cause: 'wait-too-short',
    message:
      `${percent(share)} of the batches went when maxWaitTimeMs (${config.maxWaitTimeMs}) was over, in which about ` +
      `${inTheWait.toFixed(1)} requests come. A longer wait makes larger batches and later answers.`,
  };
}

function shareOfFull({ statistics: { batches } }: Figures): number {
  return (batches.dispatchReasons.full ?? 0) / batches.dispatched;
}

function count(amount: number, one: string, many: string): string {
  return `${amount} ${amount === 1 ? one : many}`;
}

function ms(timeMs: number): string {
  return `${timeMs.toFixed(1)} ms`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
