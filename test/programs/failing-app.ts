import 'reflect-metadata';
import { Module, type Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { BatcherService, BatchingModule, BatchProcessor, WorkerProcessor } from 'nestjs-batching';
import { findWorkerProcesses } from './child-processes.js';

/**
 * An app with workers that does not start. Prints the worker processes that it had by then, and then has nothing to do:
 * the process ends if nothing holds it.
 *
 * Usage: node failing-app.js creating|starting closed|forgotten|aborted thread|process
 */
const [, , moment, end, isolation] = process.argv;
const HOUR_MS = 3_600_000;

const printWorkers = async (): Promise<void> =>
  console.log(JSON.stringify(await findWorkerProcesses(process.pid)));

/** Fails when the workers have been started. */
const failing: Provider =
  moment === 'creating'
    ? {
        provide: 'database',
        inject: [BatcherService],
        useFactory: async (batchers: BatcherService) => {
          while (!batchers.names.includes('words')) await new Promise(setImmediate);
          await printWorkers();
          throw new Error('there is no database');
        },
      }
    : {
        provide: 'database',
        useValue: {
          onModuleInit: (): void => {
            throw new Error('there is no database');
          },
        },
      };

@BatchProcessor('echo')
class EchoProcessor {
  processBatch(words: readonly string[]): readonly string[] {
    return words;
  }
}

@Module({
  imports: [
    BatchingModule.forRoot({ maxWaitTimeMs: 60_000, drainTimeoutMs: HOUR_MS, defaultTimeoutMs: HOUR_MS }),
    WorkerProcessor.register({
      name: 'words',
      module: 'test/worker/processors/word-counts.processor.js',
      workerData: { longestText: 20 },
      isolation: isolation === 'process' ? 'process' : 'thread',
    }),
  ],
  providers: [EchoProcessor, failing],
})
class FailingModule {}

try {
  const app = await NestFactory.create(FailingModule, { logger: false, abortOnError: end === 'aborted' });
  await printWorkers();
  await app.listen(0, '127.0.0.1').finally(() => (end === 'closed' ? app.close() : undefined));
} catch (error) {
  console.log(JSON.stringify(error instanceof Error ? error.message : error));
}
