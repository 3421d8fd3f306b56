import { Body, Controller, Get, Module, Post, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Batched, BatchingModule, InvalidConfigError, WorkerProcessor } from 'nestjs-batching';
import { BatcherHealthIndicator, BatchingHealthModule } from 'nestjs-batching/health';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

import { get, post } from '../http/json-client.js';
import { findWorkerProcesses } from '../programs/child-processes.js';

const moduleOf = (name: string): string => join('test', 'worker', 'processors', `${name}.processor.js`);

describe.each(['thread', 'process'] as const)('WorkerProcessor with isolation "%s"', (isolation) => {
  let app: INestApplication;
  let url: string;

  beforeAll(async () => {
    @Controller()
    class WordsController {
      constructor(private readonly health: BatcherHealthIndicator) {}

      @Post('word-counts')
      @Batched('word-counts')
      count(@Body() { text }: { text: string }): string {
        return text;
      }

      @Post('letters')
      @Batched('letters')
      letter(@Body() request: object): object {
        return request;
      }

      @Get('health')
      check(): unknown {
        return this.health.check('letters');
      }
    }

    @Module({
      imports: [
        BatchingModule.forRoot({ maxBatchSize: 8 }),
        BatchingHealthModule,
        WorkerProcessor.register({
          name: 'word-counts',
          module: moduleOf('word-counts'),
          workerData: { longestText: 20 },
          isolation,
          instances: 2,
        }),
        WorkerProcessor.registerAsync({
          name: 'letters',
          useFactory: () => ({ module: moduleOf('letters'), isolation, maxBatchSize: 1, retries: 0 }),
        }),
      ],
      controllers: [WordsController],
    })
    class WordsModule {}

    app = await NestFactory.create(WordsModule, { logger: false, abortOnError: false });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterAll(async () => {
    await app.close();
    expect(await findWorkerProcesses(process.pid)).toEqual([]);
  });

  it('gives each of many requests at once its own answer', async () => {
    const texts = Array.from({ length: 40 }, (_, index) => 'a '.repeat(index % 10));
    const answers = await Promise.all(texts.map((text) => post<number>(`${url}/word-counts`, { text })));
    expect(answers.map(({ body }) => Number(body))).toEqual(texts.map((_, index) => index % 10));
  });

  it('answers 400 to a request that the processor refuses, and serves its neighbors', async () => {
    const texts = ['one', 'far too long for a text here', 'one two'];
    const answers = await Promise.all(texts.map((text) => post(`${url}/word-counts`, { text })));
    expect(answers.map(({ status }) => status)).toEqual([201, 400, 201]);
    expect(answers[1]?.body).toMatchObject({
      code: 'INVALID_REQUEST',
      message: 'a text of 28 characters; at most 20 are allowed',
    });
  });

  it.each([
    [{ throwInvalid: 'no' }, 400, 'INVALID_REQUEST'],
    [{ throw: 'E_ALL' }, 500, 'PROCESSING_FAILED'],
    [{ exit: 3 }, 503, 'WORKER_ENDED'],
    [{ letter: 'a' }, 201, undefined],
  ])('answers %j with %i', async (request, status, code) => {
    const answer = await post(`${url}/letters`, request);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('shows its workers in its health', async () => {
    const { body } = await get<object>(`${url}/health`);
    expect(JSON.stringify(body)).toMatch(/"live":1,"workers":1,"restarts":1/);
  });

  describe('that cannot be started', () => {
    const failureOf = async (options: object, module = 'throwing'): Promise<InvalidConfigError> => {
      @Module({
        imports: [
          BatchingModule.forRoot({ maxQueueSize: 64 }),
          WorkerProcessor.register({ name: 'words', module: moduleOf(module), isolation, ...options }),
        ],
      })
      class BrokenModule {}
      const before = await findWorkerProcesses(process.pid);
      const failure: unknown = await NestFactory.create(BrokenModule, {
        logger: false,
        abortOnError: false,
      }).catch((error: unknown) => error);
      // Nothing is left behind.
      expect(await findWorkerProcesses(process.pid)).toEqual(before);
      expect(failure).toBeInstanceOf(InvalidConfigError);
      return failure as InvalidConfigError;
    };

    it('says what its module throws', async () => {
      expect((await failureOf({})).message).toMatch(/"words"[^]*module: no dictionary/);
    });

    it.each(['missing-import', 'failing-creator'])(
      'says in which file, not in which one of Node: %s',
      async (module) => {
        const { message } = await failureOf({}, module);
        expect(message).toMatch(
          new RegExp(`module: .+ \\(\\S+/processors/${module}\\.processor\\.js(:\\d+)*\\)$`),
        );
      },
    );

    it('lists what is wrong with batching beside that, each by itself and in pairs', async () => {
      const { message } = await failureOf({ maxBatchSize: 128, maxWaitTimeMs: -1, timeoutStrategy: 'foo' });
      expect(message.split('\n').slice(0, 5)).toEqual([
        'Invalid configuration of processor "words":',
        '  - maxWaitTimeMs: received -1, expected a number from 0 to 60000 (milliseconds)',
        expect.stringContaining('  - timeoutStrategy: received "foo"'),
        // That of forRoot.
        expect.stringContaining('  - maxQueueSize: received 64, expected at least maxBatchSize (128)'),
        expect.stringContaining('  - module: no dictionary'),
      ]);
    });

    it('lists what is wrong with batching beside options that are wrong', async () => {
      const { message } = await failureOf({ maxBatchSize: 0, instances: 0, retrys: 2, module: 'none.js' });
      for (const field of ['maxBatchSize', 'instances', 'retrys', 'module']) {
        expect(message).toContain(`  - ${field}: `);
      }
    });

    it("knows what is meant by a batcher's option that is misspelt", async () => {
      const { faults } = await failureOf({ maxbatchSize: 4, queueSize: 64, retrys: 2 }, 'letters');
      expect(faults).toEqual([
        { field: 'maxbatchSize', problem: 'unknown option; did you mean maxBatchSize?' },
        { field: 'queueSize', problem: 'unknown option; did you mean maxQueueSize?' },
        { field: 'retrys', problem: 'unknown option; did you mean retries?' },
      ]);
    });

    it('ends workers that are ready if only batching is wrong', async () => {
      expect((await failureOf({ maxBatchSize: 0 }, 'letters')).faults).toEqual([
        { field: 'maxBatchSize', problem: 'received 0, expected an integer from 1 to 65536' },
      ]);
    });
  });
});

it('the module in the documentation is the one that is tested, with types', () => {
  const documented = /```ts\n\/\/ word-counts\.processor\.ts\n([^]*?)```/.exec(
    readFileSync(join('docs', 'workers.md'), 'utf8'),
  )?.[1];
  const tested = readFileSync(moduleOf('word-counts'), 'utf8');
  expect(asJavaScript(documented ?? '')).toBe(asJavaScript(tested));
});

function asJavaScript(text: string): string {
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  return ts.transpileModule(text, { compilerOptions }).outputText;
}
