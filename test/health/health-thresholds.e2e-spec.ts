import { Controller, Get, Module, type DynamicModule } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule, type HealthCheckResult } from '@nestjs/terminus';
import { BatchingModule } from 'nestjs-batching';
import {
  BatcherHealthIndicator,
  BatchingHealthModule,
  LIVENESS_THRESHOLDS,
  STARTUP_THRESHOLDS,
  type HealthThresholds,
} from 'nestjs-batching/health';
import { BatchingTestingModule } from 'nestjs-batching/nest-testing';
import { FakeProcessor, ManualClock } from 'nestjs-batching/testing';
import { get } from '../http/json-client.js';
import { HttpApps, type HttpApp } from '../nest/http-apps.js';

@Controller('health')
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly batchers: BatcherHealthIndicator,
  ) {}

  @Get('ready')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check(this.batchers.checkAll());
  }

  @Get('patient')
  @HealthCheck()
  patient(): Promise<HealthCheckResult> {
    return this.health.check([() => this.batchers.check('words', { queueFillRatio: { down: 1 } })]);
  }

  @Get('live')
  @HealthCheck()
  live(): Promise<HealthCheckResult> {
    return this.health.check(this.batchers.checkAll(LIVENESS_THRESHOLDS));
  }

  @Get('started')
  @HealthCheck()
  started(): Promise<HealthCheckResult> {
    return this.health.check(this.batchers.checkAll(STARTUP_THRESHOLDS));
  }
}

@Module({
  imports: [TerminusModule.forRoot({ logger: false }), BatchingHealthModule],
  controllers: [HealthController],
})
class HealthModule {}

const apps = new HttpApps();
afterEach(() => apps.closeAll());

interface Started {
  readonly clock: ManualClock;
  readonly model: FakeProcessor<string, string>;
  /** The status, and what is said of the batcher. */
  readonly check: (path?: string) => Promise<{ status: number; words: object | undefined }>;
  readonly send: (text: string) => Promise<string | Error>;
  readonly httpApp: HttpApp;
}

/** An app in virtual time, with room for five requests, each a batch that takes 10 ms. */
async function start(...imports: DynamicModule[]): Promise<Started> {
  const clock = new ManualClock();
  const model = new FakeProcessor((text: string) => text, { clock, latencyMs: 10 });
  const httpApp = await apps.start({
    imports: [
      BatchingModule.registerBatcher({
        name: 'words',
        processor: model,
        maxBatchSize: 1,
        maxQueueSize: 5,
      }),
      BatchingTestingModule.forRoot({ clock }),
      HealthModule,
      ...imports,
    ],
  });
  const batcher = httpApp.batcher<string, string>('words');
  return {
    clock,
    model,
    httpApp,
    check: async (path = 'ready') => {
      const { status, body } = await get<HealthCheckResult>(`${httpApp.url}/health/${path}`);
      return { status, words: body.details['words'] };
    },
    send: (text) => batcher.process(text).catch((error: Error) => error),
  };
}

/** Lets this many requests wait besides the one that runs. */
async function fillQueue({ send, clock }: Started, count: number): Promise<void> {
  for (let index = 0; index <= count; index += 1) void send('a');
  await clock.advance();
}

describe('the thresholds of a health check', () => {
  it('make a batcher degraded, which keeps the answer at 200 and tells the reason', async () => {
    const started = await start();
    await fillQueue(started, 4);

    expect(await started.check()).toMatchObject({
      status: 200,
      words: { status: 'degraded', message: '4 of 5 places in the queue are taken' },
    });
    await started.clock.flush();
    expect(await started.check()).toMatchObject({
      status: 200,
      words: { status: 'up', consecutiveFailedBatches: 0, lastSuccessAgoMs: 0 },
    });
  });

  it('may be other ones for one check', async () => {
    const started = await start();
    await fillQueue(started, 4);

    expect(await started.check('patient')).toMatchObject({ status: 200, words: { status: 'up' } });
  });

  it('may be other ones for all checks, and are for the whole app then', async () => {
    const started = await start(
      BatchingHealthModule.forRoot({ queueFillRatio: { down: 0.4 }, consecutiveFailedBatches: false }),
    );
    await fillQueue(started, 2);

    expect(await started.check()).toMatchObject({
      status: 503,
      words: { status: 'down', message: '2 of 5 places in the queue are taken' },
    });
    expect(await started.check('patient')).toMatchObject({ status: 200 });
  });

  it('may come from a factory', async () => {
    const started = await start(
      BatchingHealthModule.forRootAsync({
        useFactory: (): HealthThresholds => ({ queueFillRatio: { down: 0.4 } }),
      }),
    );
    await fillQueue(started, 2);

    expect(await started.check()).toMatchObject({ status: 503 });
  });

  it('stop the start if they are wrong, with every fault', async () => {
    const error = await apps.failureOf({
      imports: [
        BatchingModule.forRoot(),
        BatchingHealthModule.forRoot({ queueFillRatio: { down: 100 }, oldestWaitMs: { degraded: 0 } }),
      ],
    });

    expect(error.message).toContain('Invalid configuration of BatchingHealthModule.forRoot()');
    expect(error.message).toContain('queueFillRatio');
    expect(error.message).toContain('oldestWaitMs');
  });

  it('take a batcher out of service that fails again and again, and let it try again after a while', async () => {
    const { clock, model, check, send } = await start();
    model.script(...Array.from({ length: 10 }, () => ({ batchError: new Error('out of memory') })));
    for (let batch = 0; batch < 10; batch += 1) void send('a');
    // Nine have waited, so no more than five at a time fit.
    await clock.flush();
    for (let batch = 0; batch < 4; batch += 1) void send('a');
    await clock.flush();

    expect(await check()).toMatchObject({
      status: 503,
      words: { status: 'down', message: 'the last 10 batches failed' },
    });
    await clock.advance(30_000);
    expect(await check()).toMatchObject({ status: 200, words: { status: 'degraded' } });

    void send('b');
    await clock.flush();
    expect(await check()).toMatchObject({ status: 200, words: { status: 'up' } });
  });

  it('count restarts of workers for a time, and workers that are missing while they are', async () => {
    const { clock, model, check } = await start();
    model.health = { isReady: true, details: { workers: { live: 1, workers: 2, restarts: 3 } } };
    expect((await check()).words).toMatchObject({
      status: 'degraded',
      message: 'workers were restarted 3 times within 600000 ms; 1 of 2 workers are alive',
    });

    model.health = { isReady: true, details: { workers: { live: 2, workers: 2, restarts: 3 } } };
    await clock.advance(600_001);
    expect((await check()).words).toMatchObject({ status: 'up' });
  });

  it('do not hinder a processor from telling of a status of its own', async () => {
    const { model, check } = await start();
    model.health = { isReady: true, details: { status: 'warm' } };
    expect((await check()).words).toMatchObject({ status: 'up', processorStatus: 'warm' });
  });
});

describe('the thresholds of liveness', () => {
  it('are not reached by load, nor by a processor that is being replaced, nor by idleness', async () => {
    const started = await start();
    await fillQueue(started, 5);
    started.model.health = { isReady: false, reason: 'no worker is alive' };

    expect(await started.check('ready')).toMatchObject({ status: 503 });
    expect(await started.check('live')).toMatchObject({ status: 200 });
    await started.clock.flush();
    await started.clock.advance(86_400_000);
    expect(await started.check('live')).toMatchObject({ status: 200 });
  });

  it('are reached when for two minutes there was work and nothing succeeded', async () => {
    const { clock, model, check, send } = await start();
    await clock.advance(3_600_000);
    model.script('hang');
    void send('a');
    await clock.advance(119_999);
    expect(await check('live')).toMatchObject({ status: 200 });

    await clock.advance(1);
    expect(await check('live')).toMatchObject({
      status: 503,
      words: { message: 'requests have been under way for 120000 ms, and no batch succeeded' },
    });
    model.running[0]?.succeed();
    await clock.flush();
    expect(await check('live')).toMatchObject({ status: 200 });
  });
});

describe('the thresholds of the start', () => {
  it('are down until the processor is ready, and mind nothing else', async () => {
    const started = await start();
    started.model.health = { isReady: false, reason: 'loading' };
    expect(await started.check('started')).toMatchObject({ status: 503, words: { message: 'loading' } });

    started.model.health = { isReady: true };
    await fillQueue(started, 5);
    expect(await started.check('started')).toMatchObject({ status: 200 });
  });
});
