import { Module, type DynamicModule } from '@nestjs/common';
import { assertAsyncRegistration, assertRegistration, withCheckedMaker } from 'nestjs-batching';
import { BatcherHealthIndicator } from './batcher.health.js';
import {
  ASYNC_OPTIONS_TYPE,
  BATCHING_HEALTH_DEFAULTS,
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

  /**
   * `forRoot` with thresholds that are only known later: of a `useFactory`, or of a class (`useClass`, `useExisting`)
   * that is a {@link HealthThresholdsFactory}.
   */
  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    const example = '{ useFactory: () => ({ oldestWaitMs: { down: 5000 } }) }';
    const call = 'BatchingHealthModule.forRootAsync()';
    assertAsyncRegistration(call, options, example);
    const method = 'createHealthThresholds';
    return withCheckedMaker(super.forRootAsync(options), options, {
      call,
      method,
      token: BATCHING_HEALTH_DEFAULTS,
    });
  }
}
