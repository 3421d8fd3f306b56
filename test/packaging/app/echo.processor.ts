import { Injectable } from '@nestjs/common';
import type { BatchProcessor } from 'nestjs-batching';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Echo {
  readonly text: string;
  readonly batchSize: number;
}

const TAKES_MS = 10;

@Injectable()
export class EchoProcessor implements BatchProcessor<string, Echo> {
  async processBatch(texts: readonly string[]): Promise<Echo[]> {
    await sleep(TAKES_MS);
    return texts.map((text) => ({ text, batchSize: texts.length }));
  }
}
