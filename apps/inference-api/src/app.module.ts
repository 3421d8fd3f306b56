import { Module } from '@nestjs/common';
import { BatchingModule } from 'nestjs-batching';
import { DigitsModule } from './digits/digits.module.js';
import { HealthModule } from './health/health.module.js';
import { UnusedConnections } from './http/unused-connections.js';

@Module({
  imports: [BatchingModule.forRoot(), DigitsModule, HealthModule],
  providers: [UnusedConnections],
})
export class AppModule {}
