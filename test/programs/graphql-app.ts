import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Args, GraphQLModule, Query, Resolver } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Batched, BatchingModule, BatchProcessor, type BatchProcessorHost } from 'nestjs-batching';

/** A GraphQL server whose field tells in how large a batch it was resolved. Prints its address. */
@BatchProcessor('upper', { maxBatchSize: 8, timeoutStrategy: 'dispatch-partial', maxWaitTimeMs: 30 })
class UpperProcessor implements BatchProcessorHost<string, string> {
  processBatch(words: readonly string[]): string[] {
    return words.map((word) => `${word.toUpperCase()} of ${words.length}`);
  }

  validateRequest(word: string): void {
    if (word === '') throw new TypeError('received an empty word, expected letters');
  }
}

@Resolver()
class UpperResolver {
  @Query(() => String)
  @Batched(UpperProcessor, { tenant: 'graphql' })
  upper(@Args('word', { type: () => String }) word: string): string {
    return word;
  }
}

@Module({
  imports: [
    BatchingModule.forRoot(),
    GraphQLModule.forRoot<MercuriusDriverConfig>({ driver: MercuriusDriver, autoSchemaFile: true }),
  ],
  providers: [UpperProcessor, UpperResolver],
})
class GraphModule {}

const app = await NestFactory.create(GraphModule, new FastifyAdapter(), { logger: ['error', 'warn'] });
app.enableShutdownHooks(['SIGTERM']);
await app.listen(0, '127.0.0.1');
console.log(await app.getUrl());
