import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { BatcherService, type QueueStatistics } from 'nestjs-batching';

@ApiTags('statistics')
@Controller('statistics')
export class StatisticsController {
  constructor(private readonly batchers: BatcherService) {}

  @Get()
  @ApiOperation({ summary: 'What every batcher tells of itself.' })
  statistics(): Record<string, QueueStatistics> {
    return Object.fromEntries(
      this.batchers.names.map((name) => [name, this.batchers.get(name).getStatistics()]),
    );
  }
}
