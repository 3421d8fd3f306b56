import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, DiscoveryModule } from '@nestjs/core';
import { AgreedDefaults } from '../options/agreed-defaults.js';
import { AnswersUnderWay } from '../batched/answers-under-way.js';
import { BatchedCallService } from '../batched/batched-call.service.js';
import { BatchedMethodExplorer } from '../batched/batched-method.explorer.js';
import { BatcherRegistry } from '../batchers/batcher.registry.js';
import { BatcherService } from '../batchers/batcher.service.js';
import { BatchingErrorInterceptor } from '../errors/batching-error.interceptor.js';
import { BatchingErrorResponder } from '../errors/batching-error.responder.js';
import { BatchingExceptionFilter } from '../errors/batching-exception.filter.js';
import { BatchingExplorer } from './batching.explorer.js';
import { BatchingLifecycleService } from './batching-lifecycle.service.js';
import { ClosingConnectionInterceptor } from './closing-connection.interceptor.js';
import { ProcessorExplorer } from './processor.explorer.js';
import { StartFaults } from './start-faults.js';
import { loadTransportExceptions, TransportErrors } from '../errors/transport-errors.js';

/** What there is once in an app, however many modules register batchers. */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [
    AgreedDefaults,
    AnswersUnderWay,
    BatcherRegistry,
    BatcherService,
    BatchedCallService,
    BatchedMethodExplorer,
    BatchingExplorer,
    ProcessorExplorer,
    BatchingErrorResponder,
    BatchingLifecycleService,
    StartFaults,
    {
      provide: TransportErrors,
      useFactory: async () => new TransportErrors(await loadTransportExceptions()),
    },
    { provide: APP_INTERCEPTOR, useClass: ClosingConnectionInterceptor },
    { provide: APP_INTERCEPTOR, useClass: BatchingErrorInterceptor },
    { provide: APP_FILTER, useClass: BatchingExceptionFilter },
  ],
  exports: [
    AgreedDefaults,
    AnswersUnderWay,
    BatchedCallService,
    BatcherRegistry,
    BatcherService,
    BatchingErrorResponder,
    StartFaults,
  ],
})
export class BatchingCoreModule {}
