import { Module } from '@nestjs/common';
import { BatchingModule } from 'nestjs-batching';
import { batchingConfiguration } from './configuration/batching.configuration.js';
import { DigitsModule } from './digits/digits.module.js';
import { HealthModule } from './health/health.module.js';

@Module({
  imports: [BatchingModule.forRoot(batchingConfiguration(process.env)), DigitsModule, HealthModule],
})
export class AppModule {}
