import 'reflect-metadata';
import { Injectable, Module, UseGuards, type CanActivate } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Args, GraphQLModule, Query, Resolver } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import {
  Batched,
  BatchingModule,
  BatchProcessor,
  InjectBatcher,
  type BatchProcessorHost,
  type DynamicBatcher,
} from 'nestjs-batching';

/** A GraphQL server whose field tells in how large a batch it was resolved. Prints its address. */
@BatchProcessor('upper', { maxBatchSize: 8, timeoutStrategy: 'dispatch-partial', maxWaitTimeMs: 30 })
class UpperProcessor implements BatchProcessorHost<string, string> {
  processBatch(words: readonly string[]): string[] {
    return words.map((word) => `${word.toUpperCase()} of ${words.length}`);
  }

  validateRequest(word: string): void {
    if (word === '') throw new RangeError('received an empty word, expected letters');
  }
}

/** Asks a batcher that has an error for everybody. */
@Injectable()
class MiscountingGuard implements CanActivate {
  constructor(@InjectBatcher('miscounting') private readonly batcher: DynamicBatcher<string, string>) {}

  async canActivate(): Promise<boolean> {
    return (await this.batcher.process('may I?')) === 'yes';
  }
}

@Resolver()
class UpperResolver {
  @Query(() => String)
  @Batched(UpperProcessor, { tenant: 'graphql' })
  upper(@Args('word', { type: () => String }) word: string): string {
    return word;
  }

  @Query(() => String)
  @Batched('failing')
  failing(): string {
    return 'a';
  }

  @Query(() => String)
  @Batched('miscounting')
  miscounting(): string {
    return 'a';
  }

  @Query(() => String)
  @UseGuards(MiscountingGuard)
  guarded(): string {
    return 'never';
  }
}

@Module({
  imports: [
    BatchingModule.forRoot(),
    BatchingModule.registerBatcher({ name: 'miscounting', processor: () => ['one', 'too', 'many'] }),
    BatchingModule.registerBatcher({
      name: 'failing',
      processor: () => {
        throw new Error('out of memory on device 0');
      },
    }),
    GraphQLModule.forRoot<MercuriusDriverConfig>({ driver: MercuriusDriver, autoSchemaFile: true }),
  ],
  providers: [UpperProcessor, UpperResolver],
})
class GraphModule {}

const app = await NestFactory.create(GraphModule, new FastifyAdapter(), { logger: false });
app.enableShutdownHooks(['SIGTERM']);
await app.listen(0, '127.0.0.1');
console.log(await app.getUrl());
