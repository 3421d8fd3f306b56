import { Module, type DynamicModule } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { BATCHING_OVERRIDES, findAnnouncedBatchers, type BatchingOverrides } from 'nestjs-batching';
import {
  assertTestingOptions,
  BATCHING_TESTING_OPTIONS,
  countCalls,
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
   * not have stops the start with an `InvalidConfigError`, before any model or worker of the app is started. So does a
   * second call in one app: say all in one.
   *
   * @throws InvalidConfigError that lists every fault of the options.
   */
  static forRoot(options: BatchingTestingOptions): DynamicModule {
    assertTestingOptions(options);
    return {
      module: BatchingTestingModule,
      global: true,
      imports: [DiscoveryModule],
      providers: [
        { provide: BATCHING_TESTING_OPTIONS, useValue: options },
        {
          provide: BATCHING_OVERRIDES,
          inject: [DiscoveryService],
          useFactory: (discovery: DiscoveryService): BatchingOverrides => {
            const { possible } = findAnnouncedBatchers(discovery);
            const names = Object.keys(options.processors ?? {});
            const isSound = countCalls(discovery) === 1 && names.every((name) => possible.has(name));
            return isSound ? toOverrides(options) : withoutAll(possible);
          },
        },
        BatchingTestingService,
      ],
      exports: [BATCHING_OVERRIDES],
    };
  }
}

/**
 * For a start that fails: nothing of the app is to be started first. To throw would not keep models from it, since they
 * take what they may do without for not there when that fails.
 */
function withoutAll(batchers: ReadonlySet<string>): BatchingOverrides {
  return { processors: Object.fromEntries([...batchers].map((name) => [name, () => []])) };
}
