import type { BatchingConfig, TimeoutStrategy } from 'nestjs-batching/core';
import type { CostCurve } from 'nestjs-batching/testing';
import { simulateBatcher } from './batcher-simulation.js';
import type { MeasurementRecorder } from './measurement.js';
import type { BatchingRule, RuleSetting } from './rule.js';
import { RuleSimulation } from './rule-simulation.js';
import { AdditiveIncreaseRule } from './rules/additive-increase.js';
import { FixedWindowRule } from './rules/fixed-window.js';
import { GreedyRule } from './rules/greedy.js';
import { HillClimbingLimitRule } from './rules/hill-climbing-limit.js';
import { LearnedWithSheddingRule } from './rules/learned-with-shedding.js';
import { OneSlotPrefetchRule } from './rules/one-slot-prefetch.js';
import { PreferredSizeRule } from './rules/preferred-size.js';

/** What all contestants have in common: nobody gets a longer queue than the others. */
const MAX_QUEUE_SIZE = 4096;

/** One of those who are compared: it serves the same requests on the same slots as every other. */
export interface Contestant {
  readonly name: string;
  readonly isOurs: boolean;
  serve(
    setting: RuleSetting,
    curve: CostCurve,
    arrivalTimesMs: Iterable<number>,
    recorder: MeasurementRecorder,
  ): Promise<void>;
}

export const CONTESTANTS: readonly Contestant[] = [
  ours('adaptive'),
  ours('dispatch-partial'),
  ours('wait-for-full'),
  theirs('greedy', () => new GreedyRule()),
  theirs('Ray Serve', (setting) => new FixedWindowRule(setting)),
  theirs('Triton', (setting) => new PreferredSizeRule(setting)),
  theirs('TensorFlow', (setting) => new HillClimbingLimitRule(setting)),
  theirs('Clipper', (setting) => new AdditiveIncreaseRule(setting)),
  theirs('BentoML', (setting) => new LearnedWithSheddingRule(setting)),
  theirs('TEI', (setting) => new OneSlotPrefetchRule(setting)),
];

/** The strategy that a batcher has unless it is told otherwise. */
export const OUR_DEFAULT = 'adaptive' satisfies TimeoutStrategy;

function ours(timeoutStrategy: TimeoutStrategy): Contestant {
  return {
    name: timeoutStrategy,
    isOurs: true,
    serve: (setting, curve, arrivalTimesMs, recorder) =>
      simulateBatcher(configFor(timeoutStrategy, setting), curve, arrivalTimesMs, recorder),
  };
}

function configFor(timeoutStrategy: TimeoutStrategy, setting: RuleSetting): BatchingConfig {
  return {
    timeoutStrategy,
    maxBatchSize: setting.maxBatchSize,
    maxConcurrentBatches: setting.slots,
    maxWaitTimeMs: setting.windowMs,
    maxQueueSize: MAX_QUEUE_SIZE,
    defaultTimeoutMs: Number.isFinite(setting.limitMs) ? setting.limitMs : undefined,
  };
}

function theirs(name: string, createRule: (setting: RuleSetting) => BatchingRule): Contestant {
  return {
    name,
    isOurs: false,
    serve: (setting, curve, arrivalTimesMs, recorder) => {
      const rule = createRule(setting);
      new RuleSimulation(rule, setting, curve, MAX_QUEUE_SIZE, recorder).play(arrivalTimesMs);
      return Promise.resolve();
    },
  };
}
