import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { start } from './start.js';

void NestFactory.create(AppModule, { logger: ['error'] }).then(start);
