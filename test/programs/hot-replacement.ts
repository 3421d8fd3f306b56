import 'reflect-metadata';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { Controller, Get, Module, type INestApplication, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Batched,
  BatcherService,
  BatchingModule,
  BatchProcessor,
  WorkerProcessor,
  type BatchProcessorHost,
} from 'nestjs-batching';

/**
 * Replaces an app again and again in one process, as webpack's hot module replacement does when a file has changed:
 * the old version is told to close, and while it answers what it has accepted, the new one starts on its port.
 * Prints what each version has answered, and what the process was left with after it.
 *
 * Usage: node --expose-gc hot-replacement.js <versions>
 */
const versions = Number(process.argv[2] ?? '12');
const REQUESTS = 20;

/** What webpack gives a module, as far as https://docs.nestjs.com/recipes/hot-reload uses it. */
class HotModule {
  private onDispose: () => unknown = () => undefined;

  accept(): void {
    // Here every module accepts to be replaced.
  }

  dispose(callback: () => unknown): void {
    this.onDispose = callback;
  }

  /** Webpack does not wait either. */
  replace(): Promise<unknown> {
    return Promise.resolve(this.onDispose());
  }
}

/** A version of the app's source: its classes are new ones, under the names of the old ones. */
interface Version {
  readonly module: Type;
  readonly processor: Type;
  /** Lets the batches end that have begun. */
  readonly answer: () => void;
}

function evaluateVersion(version: number): Version {
  let answer: () => void = () => undefined;
  const mayAnswer = new Promise<void>((resolve) => (answer = resolve));

  @BatchProcessor('echo', { maxBatchSize: 4 })
  class EchoProcessor implements BatchProcessorHost<string, string> {
    async processBatch(words: readonly string[]): Promise<string[]> {
      await mayAnswer;
      return words.map((word) => `${word} of version ${version}`);
    }
  }

  @Controller()
  class EchoController {
    @Get('echo')
    @Batched(EchoProcessor, { timeoutMs: 3_600_000 })
    echo(): string {
      return 'answer';
    }
  }

  @Module({
    imports: [
      BatchingModule.forRoot({ drainTimeoutMs: 3_600_000 }),
      WorkerProcessor.register({
        name: 'words',
        module: 'test/worker/processors/word-counts.processor.js',
        workerData: { longestText: 20 },
      }),
    ],
    providers: [EchoProcessor],
    controllers: [EchoController],
  })
  class VersionModule {}

  return { module: VersionModule, processor: EchoProcessor, answer };
}

async function bootstrap(module: Type, hot: HotModule, port: number): Promise<INestApplication> {
  const app = await NestFactory.create(module, { logger: ['error', 'warn'], abortOnError: false });
  app.enableShutdownHooks(['SIGTERM', 'SIGINT']);
  await app.listen(port, '127.0.0.1');
  hot.accept();
  hot.dispose(() => app.close());
  return app;
}

/** Sends requests, and resolves with the way to their answers when all of them wait in a batcher of the app. */
async function sendRequests(app: INestApplication, url: string): Promise<() => Promise<string[]>> {
  const answers = Array.from({ length: REQUESTS }, async () => {
    const sent = request(`${url}/echo`, { agent: false }).end();
    const closed = once(sent, 'close');
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const body = await text(response);
    await closed;
    return body;
  });
  const batcher = app.get(BatcherService).get('echo');
  while (batcher.getStatistics().requests.accepted < REQUESTS) await turn();
  return () => Promise.all(answers);
}

/** What keeps a process, or reacts to it. */
function takeStock(): object {
  const counted: Record<string, number> = {};
  for (const resource of process.getActiveResourcesInfo()) counted[resource] = (counted[resource] ?? 0) + 1;
  const listeners = process.eventNames().map((name) => [String(name), process.listenerCount(name)]);
  // A thread that is not needed keeps no process, and is there all the same.
  const { workers } = process.report.getReport() as { workers: unknown[] };
  return { resources: counted, listeners: Object.fromEntries(listeners) as object, threads: workers.length };
}

const warnings: string[] = [];
process.on('warning', ({ message }) => warnings.push(message));

const classes: WeakRef<Type>[] = [];
const rounds: object[] = [];
let hot = new HotModule();
let current = evaluateVersion(1);
let app = await bootstrap(current.module, hot, 0);
const url = await app.getUrl();

for (let version = 1; version <= versions; version += 1) {
  const answers = await sendRequests(app, url);
  const closed = hot.replace();
  const { module, processor, answer } = current;
  classes.push(new WeakRef(module), new WeakRef(processor));
  if (version < versions) {
    hot = new HotModule();
    current = evaluateVersion(version + 1);
    app = await bootstrap(current.module, hot, Number(new URL(url).port));
  }
  answer();
  const answered = [...new Set(await answers())];
  await closed;
  await turn();
  rounds.push({ answered, ...takeStock() });
}

await turn();
globalThis.gc?.();
const left = classes.filter((oldClass) => oldClass.deref() !== undefined).length;
console.log(JSON.stringify({ rounds, warnings, classesLeftInMemory: left }));
