import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { BatchingHealthModule, type HealthThresholds } from 'nestjs-batching/health';
import { parseInteger } from '../configuration/parse-integer.js';
import { unlessBlank } from '../configuration/unless-blank.js';
import { HealthController } from './health.controller.js';

/** A digit takes a few milliseconds: who waits for half a second waits in a queue that does not get shorter. */
const HEALTH_THRESHOLDS: HealthThresholds = {
  oldestWaitMs: { degraded: 500, down: 5_000 },
  busyWithoutSuccessMs: { degraded: 5_000, down: 30_000 },
};

@Module({
  imports: [
    TerminusModule.forRoot({ gracefulShutdownTimeoutMs: readinessDelayMs() }),
    BatchingHealthModule.forRoot(HEALTH_THRESHOLDS),
  ],
  controllers: [HealthController],
})
export class HealthModule {}

/**
 * How long, on SIGTERM, the server goes on after readiness has gone down, so that a load balancer has seen it before
 * the first connection is refused. Milliseconds, at most an hour; default 0: nothing balances the load of a sample.
 */
function readinessDelayMs(): number {
  const text = unlessBlank(process.env['READINESS_DELAY_MS']) ?? '0';
  return parseInteger('READINESS_DELAY_MS', text, 0, 3_600_000);
}
