import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { BatchingHealthModule } from 'nestjs-batching/health';
import { HealthController } from './health.controller.js';

@Module({
  imports: [TerminusModule.forRoot({ gracefulShutdownTimeoutMs: readinessDelayMs() }), BatchingHealthModule],
  controllers: [HealthController],
})
export class HealthModule {}

/**
 * How long the server goes on after readiness has gone down, so that a load balancer has seen it before the
 * first connection is refused. Milliseconds, default 0: nothing balances the load of a sample.
 */
function readinessDelayMs(): number {
  return Number(process.env['READINESS_DELAY_MS'] ?? 0);
}
