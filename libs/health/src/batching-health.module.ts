import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { BatcherHealthIndicator } from './batcher.health.js';

/** Provides `BatcherHealthIndicator`. Needs `BatchingModule` in the app. */
@Module({
  imports: [TerminusModule],
  providers: [BatcherHealthIndicator],
  exports: [BatcherHealthIndicator],
})
export class BatchingHealthModule {}
