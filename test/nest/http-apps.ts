import { Module, type INestApplication, type ModuleMetadata } from '@nestjs/common';
import { NestFactory, type AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { BatcherService, type DynamicBatcher } from 'nestjs-batching';
import { RecordingLogger } from './recording-logger.js';

/** An HTTP server that Nest can stand on. */
export interface Platform {
  readonly name: string;
  readonly createAdapter: () => AbstractHttpAdapter;
}

export const express: Platform = { name: 'Express', createAdapter: () => new ExpressAdapter() };
export const fastify: Platform = { name: 'Fastify', createAdapter: () => new FastifyAdapter() };

/** What the library promises over HTTP, it promises on all of them. */
export const platforms: readonly Platform[] = [express, fastify];

/** An app that listens on a free port of the loopback interface. */
export interface HttpApp {
  readonly app: INestApplication;
  readonly url: string;
  readonly logger: RecordingLogger;
  readonly batcher: <TRequest, TResponse>(name?: string) => DynamicBatcher<TRequest, TResponse>;
}

/** Starts apps, and closes what a test leaves open. */
export class HttpApps {
  private readonly started: INestApplication[] = [];

  /** @param configure What is done with the app before it starts. */
  async start(
    metadata: ModuleMetadata,
    platform: Platform = express,
    configure: (app: INestApplication) => void = () => undefined,
  ): Promise<HttpApp> {
    const { app, logger } = await this.create(metadata, platform);
    configure(app);
    await app.listen(0, '127.0.0.1');
    return {
      app,
      logger,
      url: await app.getUrl(),
      batcher: <TRequest, TResponse>(name = 'default') =>
        app.get(BatcherService, { strict: false }).get<TRequest, TResponse>(name),
    };
  }

  /** Why an app does not start; an app that does start is a mistake of the test. */
  async failureOf(metadata: ModuleMetadata): Promise<Error> {
    try {
      const { app } = await this.create(metadata, express);
      await app.init();
    } catch (error) {
      if (error instanceof Error) return error;
    }
    throw new Error('Expected the app not to start, but it did.');
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.started.splice(0).map((app) => app.close()));
  }

  private async create(
    metadata: ModuleMetadata,
    platform: Platform,
  ): Promise<{ app: INestApplication; logger: RecordingLogger }> {
    class TestedModule {}
    Module(metadata)(TestedModule);
    const logger = new RecordingLogger();
    const app = await NestFactory.create(TestedModule, platform.createAdapter(), {
      logger,
      abortOnError: false,
    });
    this.started.push(app);
    return { app, logger };
  }
}
