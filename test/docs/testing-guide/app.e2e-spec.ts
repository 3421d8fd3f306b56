import { Body, Controller, HttpCode, Module, Post, type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Batched, BatcherService, BatchingModule } from 'nestjs-batching';
import { BatchingTestingModule } from 'nestjs-batching/nest-testing';
import { OnnxModule } from 'nestjs-batching/onnx';
import { FakeProcessor, ManualClock, untilAccepted } from 'nestjs-batching/testing';

/** The app as it is, with a model that this machine need not have. */
@Controller('sentiments')
class SentimentsController {
  @Post()
  @HttpCode(200)
  @Batched('sentiments', { timeoutMs: 200 })
  rate(@Body('tokens') tokens: number[]): object {
    return { tokens: BigInt64Array.from(tokens, BigInt) };
  }
}

@Module({
  imports: [
    BatchingModule.forRoot({ maxBatchSize: 8, maxWaitTimeMs: 5 }),
    OnnxModule.register({ name: 'sentiments', path: 'models/sentiments.onnx', executionProviders: ['cuda'] }),
  ],
  controllers: [SentimentsController],
})
class AppModule {}

describe('POST /sentiments', () => {
  const clock = new ManualClock();
  const model = new FakeProcessor(() => ({ score: 0.9 }), { clock, latencyMs: 20 });
  let app: INestApplication;
  const rate = async (): Promise<Response> =>
    fetch(`${await app.getUrl()}/sentiments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ tokens: [1, 2, 3] }),
    });

  beforeAll(async () => {
    const tested = await Test.createTestingModule({
      imports: [AppModule, BatchingTestingModule.forRoot({ clock, processors: { sentiments: model } })],
    }).compile();
    app = tested.createNestApplication();
    await app.listen(0, '127.0.0.1');
  });
  afterAll(() => app.close());

  it('answers concurrent requests from one batch', async () => {
    const answers = Promise.all([rate(), rate(), rate()]);
    await untilAccepted(app.get(BatcherService).get('sentiments'), 3);
    await clock.flush();

    for (const answer of await answers) {
      expect(answer.status).toBe(200);
      expect(answer.headers.get('server-timing')).toContain('batch;desc="3"');
      expect(await answer.json()).toEqual({ score: 0.9 });
    }
  });

  it('answers 504 if the model hangs', async () => {
    model.script('hang');
    const answer = rate();
    await untilAccepted(app.get(BatcherService).get('sentiments'), 4);
    await clock.flush();

    expect((await answer).status).toBe(504);
    model.running[0]?.succeed();
  });
});
