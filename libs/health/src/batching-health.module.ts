import { Module, type DynamicModule } from '@nestjs/common';
import { assertAsyncRegistration, assertRegistration } from 'nestjs-batching';
import { BatcherHealthIndicator } from './batcher.health.js';
import {
  ASYNC_OPTIONS_TYPE,
  ConfigurableModuleClass,
  OPTIONS_TYPE,
} from './batching-health.module-definition.js';
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
export class BatchingHealthModule extends ConfigurableModuleClass {
  /** Sets the thresholds. Those that are left out are those of `READINESS_THRESHOLDS`. */
  static override forRoot(options: typeof OPTIONS_TYPE): DynamicModule {
    assertRegistration('BatchingHealthModule.forRoot()', options, '{ oldestWaitMs: { down: 5000 } }');
    return super.forRoot(options);
  }

  /** `forRoot` with thresholds that are only known later (`useFactory`, `useClass`, `useExisting`). */
  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    const example = '{ useFactory: () => ({ oldestWaitMs: { down: 5000 } }) }';
    assertAsyncRegistration('BatchingHealthModule.forRootAsync()', options, example);
    return super.forRootAsync(options);
  }
}
