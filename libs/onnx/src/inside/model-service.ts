import { describeThrown } from 'nestjs-batching/core';
import type { ServiceAnswer, WorkerService } from 'nestjs-batching/worker';

import type { ModelCalls, OpenRequest, RunRequest } from '../model-protocol.js';
import { ModelSession } from './model-session.js';
import { RuntimeUnavailableError } from '../devices/runtime-unavailable.error.js';

type AnyReply = ModelCalls[keyof ModelCalls]['reply'];

/** What lives in a model's worker: one session. */
class ModelService implements WorkerService<ModelCalls> {
  private session: ModelSession | undefined;

  async call(
    name: keyof ModelCalls,
    request: ModelCalls[keyof ModelCalls]['request'],
  ): Promise<ServiceAnswer<never>> {
    try {
      const answer = await (name === 'open'
        ? this.open(request as OpenRequest)
        : this.run(request as RunRequest));
      return answer as ServiceAnswer<never>;
    } catch (error) {
      if (error instanceof RuntimeUnavailableError) throw error;
      // ONNX Runtime's messages come with line ends and runs of spaces.
      throw new Error(describeThrown(error).replace(/\s+/g, ' ').trim(), { cause: error });
    }
  }

  async close(): Promise<void> {
    const released = this.session;
    this.session = undefined;
    await released?.release();
  }

  private async open(request: OpenRequest): Promise<ServiceAnswer<AnyReply>> {
    await this.close();
    this.session = await ModelSession.open(request);
    return { reply: this.session.opened };
  }

  private async run(request: RunRequest): Promise<ServiceAnswer<AnyReply>> {
    if (this.session === undefined) throw new Error('no session is open');
    return await this.session.run(request);
  }
}

export function createService(): WorkerService<ModelCalls> {
  return new ModelService();
}
