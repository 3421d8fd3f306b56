import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { start } from './start.js';

void NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), { logger: ['error'] }).then(
  start,
);
