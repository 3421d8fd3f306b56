import { Controller, Get, Module } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule, type HealthCheckResult } from '@nestjs/terminus';
import {
  BatcherRegistry,
  BatchingModule,
  BatchProcessor,
  type BatchingConfig,
  type ProcessorHealth,
} from 'nestjs-batching';
import { BatcherHealthIndicator, BatchingHealthModule } from 'nestjs-batching/health';
import { FakeProcessor } from 'nestjs-batching/testing';
import { get, type Answer } from '../http/json-client.js';
import { until } from '../http/until.js';
import { HttpApps, platforms, type HttpApp } from '../nest/http-apps.js';

class Model extends FakeProcessor<string, string> {
  override health: ProcessorHealth = { isReady: true, details: { model: 'words.onnx' } };

  constructor() {
    super((text) => text);
  }
}

@Controller('health')
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly batchers: BatcherHealthIndicator,
  ) {}

  @Get('words')
  @HealthCheck()
  words(): Promise<HealthCheckResult> {
    return this.health.check([() => this.batchers.check('words')]);
  }

  @Get('all')
  @HealthCheck()
  all(): Promise<HealthCheckResult> {
    return this.health.check(this.batchers.checkAll());
  }

  @Get('unknown')
  @HealthCheck()
  unknown(): Promise<HealthCheckResult> {
    return this.health.check([() => this.batchers.check('unknown')]);
  }
}

@Module({
  imports: [TerminusModule.forRoot({ logger: false }), BatchingHealthModule],
  controllers: [HealthController],
})
class HealthModule {}

const apps = new HttpApps();
afterEach(() => apps.closeAll());

describe.each(platforms)('BatcherHealthIndicator on $name', (platform) => {
  const start = async (model: Model, config: BatchingConfig = {}): Promise<HttpApp> =>
    apps.start(
      {
        imports: [
          BatchingModule.registerBatcher({ ...config, name: 'words', processor: model }),
          BatchingModule.registerBatcher({ name: 'others', processor: () => [] }),
          HealthModule,
        ],
      },
      platform,
    );
  const check = ({ url }: HttpApp, path = 'words'): Promise<Answer<HealthCheckResult>> =>
    get<HealthCheckResult>(`${url}/health/${path}`);

  it('is up with the figures of the queue and what the processor tells', async () => {
    const { status, body } = await check(await start(new Model(), { maxQueueSize: 50 }));

    expect(status).toBe(200);
    expect(body.info).toEqual({
      words: {
        status: 'up',
        queue: { size: 0, maxSize: 50, oldestWaitMs: 0 },
        batchesInFlight: 0,
        consecutiveFailedBatches: 0,
        model: 'words.onnx',
      },
    });
  });

  it('is down with the reason of a processor that is not ready, and up again after that', async () => {
    const model = new Model();
    const httpApp = await start(model);

    model.health = { isReady: false, reason: 'the worker has ended' };
    const down = await check(httpApp);
    model.health = { isReady: true };
    const up = await check(httpApp);

    expect(down.status).toBe(503);
    expect(down.body.error).toMatchObject({ words: { status: 'down', message: 'the worker has ended' } });
    expect(up.status).toBe(200);
  });

  it('is down while the queue is full, and up when there is room again', async () => {
    const model = new Model();
    const httpApp = await start(model, { maxBatchSize: 2, maxQueueSize: 2 });
    const batcher = httpApp.batcher<string, string>('words');
    const answers = [batcher.process('first')];
    await until('the slot is busy', () => model.running.length === 1);
    answers.push(batcher.process('a'), batcher.process('b'));

    const full = await check(httpApp);
    model.running[0]?.succeed();
    await until('the queue is empty', () => model.batches.length === 2);
    const busy = await check(httpApp);
    model.running[0]?.succeed();
    await Promise.all(answers);

    expect(full.status).toBe(503);
    expect(full.body.error).toMatchObject({
      words: {
        status: 'down',
        message: 'the queue is full: 2 requests wait',
        queue: { size: 2, maxSize: 2 },
      },
    });
    expect(busy.status).toBe(200);
    expect(busy.body.info).toMatchObject({ words: { queue: { size: 0 }, batchesInFlight: 1 } });
  });

  it('is down from the moment the app begins to close, while accepted requests are still served', async () => {
    const model = new Model();
    const httpApp = await start(model);
    const answer = httpApp.batcher<string, string>('words').process('first');
    await until('the slot is busy', () => model.running.length === 1);
    const indicator = httpApp.app.get(BatcherHealthIndicator, { strict: false });
    const before = indicator.check('words');

    const closed = httpApp.app.close();
    await until('the app closes', () => httpApp.app.get(BatcherRegistry).isShuttingDown);
    const after = indicator.check('words');
    model.running[0]?.succeed();

    expect(before).toMatchObject({ words: { status: 'up' } });
    expect(after).toMatchObject({ words: { status: 'down', message: 'shutting down' } });
    expect(await answer).toBe('first');
    await closed;
  });

  it('checks every batcher of the app with checkAll, and one that is down makes the answer 503', async () => {
    const model = new Model();
    const httpApp = await start(model);

    const up = await check(httpApp, 'all');
    await httpApp.batcher('others').close();
    const down = await check(httpApp, 'all');

    expect(up.status).toBe(200);
    expect(Object.keys(up.body.info ?? {}).sort()).toEqual(['others', 'words']);
    expect(down.status).toBe(503);
    expect(down.body.error).toMatchObject({ others: { status: 'down', message: 'shutting down' } });
    expect(down.body.info).toMatchObject({ words: { status: 'up' } });
  });

  it('says which batchers there are where the name is unknown', async () => {
    const httpApp = await start(new Model());

    expect((await check(httpApp, 'unknown')).status).toBe(500);
    expect(() => httpApp.app.get(BatcherHealthIndicator, { strict: false }).check('unknown')).toThrow(
      'received "unknown", but registered are others, words',
    );
  });
});

describe('BatchingHealthModule', () => {
  it('says what is missing in an app that has no batching', async () => {
    const error = await apps.failureOf({ imports: [HealthModule] });

    expect(error.message).toBe(
      'Invalid configuration of BatchingHealthModule:\n' +
        '  - BatchingModule: no module of the app imports it; add BatchingModule.forRoot() to the imports of the root ' +
        'module, or of the testing module',
    );
  });
});

@BatchProcessor('echo')
class EchoProcessor {
  processBatch(texts: readonly string[]): readonly string[] {
    return texts;
  }
}

describe('BatcherHealthIndicator.check()', () => {
  it('knows a batcher by the class of its processor, and which one a misspelt name is meant to be', async () => {
    const { app } = await apps.start({
      imports: [BatchingModule.forRoot(), HealthModule],
      providers: [EchoProcessor],
    });
    const batchers = app.get(BatcherHealthIndicator, { strict: false });

    expect(batchers.check(EchoProcessor)).toMatchObject({ echo: { status: 'up' } });
    expect(() => batchers.check('ecko')).toThrow(
      'received "ecko", but registered are echo; did you mean "echo"?',
    );
  });
});
