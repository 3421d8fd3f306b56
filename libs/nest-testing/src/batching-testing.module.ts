import { Module, type DynamicModule } from '@nestjs/common';
import { BATCHING_OVERRIDES } from 'nestjs-batching';
import {
  assertTestingOptions,
  BATCHING_TESTING_OPTIONS,
  toOverrides,
  type BatchingTestingOptions,
} from './batching-testing-options.js';
import { BatchingTestingService } from './batching-testing.service.js';

/**
 * Stands beside an app's own modules in a test: its batchers then run by another clock, on other processors, or at
 * once. Nothing of the app has to know.
 *
 * ```ts
 * await Test.createTestingModule({
 *   imports: [AppModule, BatchingTestingModule.forRoot({ clock, processors: { digits: fakeModel } })],
 * }).compile();
 * ```
 */
@Module({})
export class BatchingTestingModule {
  /**
   * Takes the place of the app's clock, processors or waiting. A processor for a batcher that the app does
   * not have stops the start with an `InvalidConfigError`.
   *
   * @throws InvalidConfigError that lists every fault of the options.
   */
  static forRoot(options: BatchingTestingOptions): DynamicModule {
    assertTestingOptions(options);
    return {
      module: BatchingTestingModule,
      global: true,
      providers: [
        { provide: BATCHING_TESTING_OPTIONS, useValue: options },
        { provide: BATCHING_OVERRIDES, useFactory: () => toOverrides(options) },
        BatchingTestingService,
      ],
      exports: [BATCHING_OVERRIDES],
    };
  }
}
