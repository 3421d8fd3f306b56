import { DynamicBatcher } from 'nestjs-batching/core';
import type { OnnxModel, OnnxResultRow, OnnxRow } from 'nestjs-batching/onnx';

/** What callers have got. */
export interface Tally {
  right: number;
  wrong: number;
  /** By the error's code. */
  readonly rejected: Record<string, number>;
}

/** Callers that ask one thing after the other, each with an answer of its own, until they are told to stop. */
export class ChaosLoad {
  readonly tally: Tally = { right: 0, wrong: 0, rejected: {} };
  private isOver = false;
  private readonly batcher: DynamicBatcher<OnnxRow, OnnxResultRow>;
  private readonly callers: Promise<void>[];

  /** @param isRight Whether `answer` is what `index` shall get. */
  constructor(
    model: OnnxModel,
    private readonly isRight: (index: number, answer: number) => boolean,
    callers = 64,
  ) {
    this.batcher = new DynamicBatcher<OnnxRow, OnnxResultRow>({ maxBatchSize: 8, maxQueueSize: 1024 }, model);
    this.callers = Array.from({ length: callers }, (_, caller) => this.ask(caller));
  }

  /** Resolves when every caller has its last answer. */
  async stop(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.callers);
    await this.batcher.drain();
  }

  private async ask(caller: number): Promise<void> {
    for (let index = caller; !this.isOver; index = (index + 64) % 1000) {
      try {
        const row = await this.batcher.process({ index: BigInt64Array.of(BigInt(index)) });
        const answer = Number(row['y']?.data[0]);
        if (this.isRight(index, answer)) this.tally.right += 1;
        else this.tally.wrong += 1;
      } catch (error) {
        const { code } = error as { code: string };
        this.tally.rejected[code] = (this.tally.rejected[code] ?? 0) + 1;
        // Who is turned away while no worker is there does not come back at once.
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  }
}
