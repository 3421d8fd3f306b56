import { Injectable } from '@nestjs/common';
import { setImmediate } from 'node:timers/promises';

/**
 * Answers to messages, for which no server waits: when Nest closes, it cuts the connections of WebSocket gateways
 * and microservices, whatever is still to be sent over them.
 */
@Injectable()
export class AnswersUnderWay {
  private readonly answers = new Set<Promise<unknown>>();

  /** @returns the same answer. */
  watch<TAnswer>(answer: Promise<TAnswer>): Promise<TAnswer> {
    this.answers.add(answer);
    const forget = (): void => void this.answers.delete(answer);
    answer.then(forget, forget);
    return answer;
  }

  /** Resolves when all that are under way now have been sent; those that come meanwhile are not waited for. */
  async sent(): Promise<void> {
    if (this.answers.size === 0) return;
    await Promise.allSettled(this.answers);
    // Nest sends an answer in the turn of the event loop in which it is there.
    await setImmediate();
  }
}
