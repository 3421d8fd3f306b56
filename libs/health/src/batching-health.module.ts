import { Module } from '@nestjs/common';
import { BatcherHealthIndicator } from './batcher.health.js';
import { ConfigurableModuleClass } from './batching-health.module-definition.js';
import { HEALTH_INDICATORS, type HealthIndicators } from './indicator-result.js';
import { loadTerminus } from './terminus.js';

/**
 * Provides `BatcherHealthIndicator`. Needs `BatchingModule` in the app. Imported by itself, or once as `forRoot` (or
 * `forRootAsync`) with the thresholds that count where a check does not say otherwise; a wrong one stops the start.
 */
@Module({
  providers: [
    {
      provide: HEALTH_INDICATORS,
      useFactory: async (): Promise<HealthIndicators> => {
        const { HealthIndicatorService } = await loadTerminus();
        return new HealthIndicatorService();
      },
    },
    BatcherHealthIndicator,
  ],
  exports: [BatcherHealthIndicator],
})
export class BatchingHealthModule extends ConfigurableModuleClass {}
