import { Controller, Get } from '@nestjs/common';
import { HealthCheck, HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { BatcherHealthIndicator, LIVENESS_THRESHOLDS } from 'nestjs-batching/health';

@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly batchers: BatcherHealthIndicator,
  ) {}

  /** The process answers, and the model gets its work done; if not, a restart would help. */
  @Get('live')
  @HealthCheck()
  live(): Promise<HealthCheckResult> {
    return this.health.check(this.batchers.checkAll(LIVENESS_THRESHOLDS));
  }

  /**
   * Requests are welcome: models loaded and warm, no queue full, not shutting down. What somebody should look at, like
   * a GPU that does not work, makes the status `degraded`; the answer is 200 all the same.
   */
  @Get('ready')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check(this.batchers.checkAll());
  }
}
