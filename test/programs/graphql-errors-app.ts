import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GraphQLModule, Query, Resolver } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { createHandlers, FailingBatchersModule } from '../nest/failing-batchers.js';

/** A GraphQL server with a field for each error that a batcher can have. Prints its address. */
const Fields = createHandlers((name) => Query(() => String, { name }));
Resolver()(Fields);

class FieldsModule {}
Module({
  imports: [
    FailingBatchersModule,
    GraphQLModule.forRoot<MercuriusDriverConfig>({ driver: MercuriusDriver, autoSchemaFile: true }),
  ],
  providers: [Fields],
})(FieldsModule);

const app = await NestFactory.create(FieldsModule, new FastifyAdapter(), { logger: false });
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');
console.log(await app.getUrl());
