import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Field, GraphQLModule, ObjectType, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Batched, BatchingModule } from 'nestjs-batching';

/**
 * A GraphQL server whose objects have a batched field. Prints its address, or why it does not start. What is said on its
 * command line are its `fieldResolverEnhancers`.
 */
@ObjectType()
class Word {
  @Field(() => String)
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

@Resolver(() => Word)
class WordResolver {
  @Query(() => [Word])
  words(): Word[] {
    return ['a', 'b'].map((text) => new Word(text));
  }

  @ResolveField(() => String)
  @Batched('upper')
  upper(@Parent() { text }: Word): string {
    return text;
  }
}

@Module({
  imports: [
    BatchingModule.registerBatcher({
      name: 'upper',
      processor: (texts: readonly string[]) =>
        texts.map((text) => `${text.toUpperCase()} of ${texts.length}`),
    }),
    GraphQLModule.forRoot<MercuriusDriverConfig>({
      driver: MercuriusDriver,
      autoSchemaFile: true,
      fieldResolverEnhancers: process.argv.slice(2) as 'interceptors'[],
    }),
  ],
  providers: [WordResolver],
})
class WordsModule {}

try {
  const app = await NestFactory.create(WordsModule, new FastifyAdapter(), {
    logger: false,
    abortOnError: false,
  });
  app.enableShutdownHooks(['SIGTERM']);
  await app.listen(0, '127.0.0.1');
  console.log(await app.getUrl());
} catch (error) {
  console.log(error);
}
