import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, DiscoveryModule } from '@nestjs/core';
import { BatchedExplorer } from './batched.explorer.js';
import { BatcherRegistry } from './batcher.registry.js';
import { BatcherService } from './batcher.service.js';
import { BatchingErrorInterceptor } from './batching-error.interceptor.js';
import { BatchingErrorResponder } from './batching-error.responder.js';
import { BatchingExceptionFilter } from './batching-exception.filter.js';
import { BatchingLifecycleService } from './batching-lifecycle.service.js';
import { ClosingConnectionInterceptor } from './closing-connection.interceptor.js';

/** What there is once in an app, however many modules register batchers. */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [
    BatcherRegistry,
    BatcherService,
    BatchedExplorer,
    BatchingErrorResponder,
    BatchingLifecycleService,
    { provide: APP_INTERCEPTOR, useClass: ClosingConnectionInterceptor },
    { provide: APP_INTERCEPTOR, useClass: BatchingErrorInterceptor },
    { provide: APP_FILTER, useClass: BatchingExceptionFilter },
  ],
  exports: [BatcherRegistry, BatcherService, BatchingErrorResponder],
})
export class BatchingCoreModule {}
