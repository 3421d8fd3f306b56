import { Controller, Get, Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { RpcException } from '@nestjs/microservices';
import { WsException } from '@nestjs/websockets';
import { Batched, BatchingModule } from 'nestjs-batching';
import {
  createHandlers,
  FailingBatchersModule,
  INSIDE,
  TOLD_ERRORS,
  type ToldError,
} from './failing-batchers.js';
import { GraphqlProgram } from './graphql-program.js';
import { platforms } from './http-apps.js';
import { describeOver, TRANSPORTS } from './transport-clients.js';

function expectToBeTold(told: object, { code, message, isRetryable, hasRetryHint }: ToldError): void {
  expect(told).toMatchObject({
    code,
    message: expect.stringMatching(message) as string,
    isRetryable,
    ...(hasRetryHint ? { retryAfterMs: expect.any(Number) as number } : {}),
  });
  expect('retryAfterMs' in told).toBe(hasRetryHint);
  expect(JSON.stringify(told)).not.toMatch(INSIDE);
}

for (const transport of TRANSPORTS) {
  describeOver(transport, 'An error', () => {
    const client = transport.create();
    beforeAll(() => client.open({ imports: [FailingBatchersModule], createHandlers }));
    afterAll(() => client.close());

    it.each(TOLD_ERRORS)(
      '$name: tells $code, whether to try again, and nothing from inside',
      async (error) => {
        expectToBeTold((await client.ask(error.name, {})) as object, error);
      },
    );
  });
}

for (const transport of TRANSPORTS) {
  describeOver(transport, 'An exception of the transport', () => {
    const client = transport.create();
    beforeAll(() =>
      client.open({
        imports: [
          BatchingModule.registerBatcher({
            name: 'strict',
            processor: {
              processBatch: () => [],
              validateRequest: () => {
                const body = { status: 'error', message: 'no such dish', dish: 'a shoe' };
                throw transport.isGateway ? new WsException(body) : new RpcException(body);
              },
            },
          }),
        ],
        createHandlers: (decorate) => {
          class Handlers {}
          const handler = { value: () => 'a request', writable: true, configurable: true };
          Object.defineProperty(Handlers.prototype, 'strict', handler);
          Batched('strict')(Handlers.prototype, 'strict', handler);
          decorate('strict')(Handlers.prototype, 'strict', handler);
          return Handlers;
        },
      }),
    );
    afterAll(() => client.close());

    it('reaches the caller as it is where validateRequest throws it', async () => {
      expect(await client.ask('strict', {})).toMatchObject({ message: 'no such dish', dish: 'a shoe' });
    });
  });
}

describe('An error over GraphQL', () => {
  let program: GraphqlProgram;
  beforeAll(async () => {
    program = await GraphqlProgram.start('dist/test/programs/graphql-errors-app.js');
  });
  afterAll(() => program.stop());

  it.each(TOLD_ERRORS)('$name: tells $code, whether to try again, and nothing from inside', async (error) => {
    const answer = (await program.query(`{ ${error.name} }`)) as {
      readonly errors: readonly [{ readonly message: string; readonly extensions: object }];
    };
    const [{ message, extensions }] = answer.errors;
    expectToBeTold({ ...extensions, message }, error);
    expect(JSON.stringify(answer)).not.toMatch(INSIDE);
  });
});

describe.each(platforms)('An error over HTTP on $name', ({ createAdapter }) => {
  let app: INestApplication;
  let url: string;

  beforeAll(async () => {
    const Routes = createHandlers((name) => Get(name));
    Controller()(Routes);
    class RoutesModule {}
    Module({ imports: [FailingBatchersModule], controllers: [Routes] })(RoutesModule);
    app = await NestFactory.create(RoutesModule, createAdapter(), { logger: false });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterAll(() => app.close());

  it.each(TOLD_ERRORS)('$name: answers $status with $code, and nothing from inside', async (error) => {
    const { code, message, hasRetryHint, isRetryable, status } = error;
    const response = await fetch(`${url}/${error.name}`);
    const text = await response.text();
    const body = JSON.parse(text) as object;

    expect(response.status).toBe(status);
    expect(body).toMatchObject({
      statusCode: status,
      code,
      message: expect.stringMatching(message) as string,
    });
    expect('retryAfterMs' in body).toBe(hasRetryHint);
    expect(Number(response.headers.get('Retry-After') ?? NaN) >= 1).toBe(isRetryable && status === 503);
    expect(text).not.toMatch(INSIDE);
  });
});
