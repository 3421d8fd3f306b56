import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { BatcherHealthIndicator } from './batcher.health.js';
import { ConfigurableModuleClass } from './batching-health.module-definition.js';

/**
 * Provides `BatcherHealthIndicator`. Needs `BatchingModule` in the app. Imported by itself, or once as `forRoot` (or
 * `forRootAsync`) with the thresholds that count where a check does not say otherwise; a wrong one stops the start.
 */
@Module({
  imports: [TerminusModule],
  providers: [BatcherHealthIndicator],
  exports: [BatcherHealthIndicator],
})
export class BatchingHealthModule extends ConfigurableModuleClass {}
