import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Batched, BatchingModule } from 'nestjs-batching';

/** Far longer than anybody waits for a test: a timer that is left behind would be noticed. */
const DRAIN_TIMEOUT_MS = 3_600_000;

@Controller()
class EchoController {
  @Get()
  @Batched('echo', { timeoutMs: DRAIN_TIMEOUT_MS })
  echo(): string {
    return 'hello';
  }
}

@Module({
  imports: [
    BatchingModule.registerBatcher({
      name: 'echo',
      processor: (texts: readonly string[]) => texts,
      drainTimeoutMs: DRAIN_TIMEOUT_MS,
      timeoutStrategy: 'dispatch-partial',
    }),
  ],
  controllers: [EchoController],
})
class EchoModule {}

/** Serves one request, closes the app, and then has nothing to do: the process ends if nothing holds it. */
const app = await NestFactory.create(EchoModule, { logger: ['error', 'warn'] });
await app.listen(0, '127.0.0.1');
const response = await fetch(await app.getUrl(), { headers: { connection: 'close' } });
console.log(await response.text());
await app.close();
console.log('closed');
