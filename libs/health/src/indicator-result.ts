import type { HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import type { HealthLevel } from './health-thresholds.js';

/** By this token Nest knows what makes the results of terminus. */
export const HEALTH_INDICATORS = Symbol('HEALTH_INDICATORS');

/** The part of terminus that makes them. */
export type HealthIndicators = Pick<HealthIndicatorService, 'check'>;

type Indicator = ReturnType<HealthIndicatorService['check']>;
type ToldDegraded = Pick<Indicator, 'degraded'>;

/**
 * The result in the words of the terminus that is installed. Terminus 11 does not know `degraded`; there the indicator
 * is `up`, which keeps the answer at 200 as well, and says `degraded: true` beside the reason.
 */
export function toIndicatorResult(
  indicator: Pick<Indicator, 'up' | 'down'> & Partial<ToldDegraded>,
  level: HealthLevel | 'up',
  data: Record<string, unknown>,
): HealthIndicatorResult {
  if (level === 'up') return indicator.up(data);
  if (level === 'down') return indicator.down(data);
  return canTellDegraded(indicator) ? indicator.degraded(data) : indicator.up({ ...data, degraded: true });
}

function canTellDegraded(indicator: object): indicator is ToldDegraded {
  return 'degraded' in indicator && typeof indicator.degraded === 'function';
}
