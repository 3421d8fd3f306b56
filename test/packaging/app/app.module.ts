import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { BatchingModule, WorkerProcessor } from 'nestjs-batching';
import { BatchingHealthModule } from 'nestjs-batching/health';
import { dirname, join } from 'node:path';
import { EchoController } from './echo.controller.js';
import { EchoProcessor } from './echo.processor.js';
import { HealthController } from './health.controller.js';

/** Where the compiled app lies, said so that it holds for both kinds of modules. */
const APP_FOLDER = dirname(process.argv[1] ?? '');

@Module({
  imports: [
    BatchingModule.forRoot({ maxBatchSize: 32, maxQueueSize: 1024 }),
    BatchingModule.registerBatcher({ name: 'echo', processor: EchoProcessor }),
    WorkerProcessor.register({ name: 'reverse', module: join(APP_FOLDER, 'reverse.processor.js') }),
    BatchingHealthModule,
    TerminusModule,
  ],
  controllers: [EchoController, HealthController],
})
export class AppModule {}
