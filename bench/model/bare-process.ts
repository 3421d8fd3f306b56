import { fork, type ChildProcess } from 'node:child_process';

import type { NamedTensor } from 'nestjs-batching/onnx';

import type { BareCall, BareReply, RunCount } from './bare-protocol.js';

/** A bare session in a process of its own, which can end as it likes without harm to the measurement. */
export class BareProcess {
  private readonly child: ChildProcess;

  constructor() {
    this.child = fork(new URL('./bare-loop.js', import.meta.url), { serialization: 'advanced' });
  }

  /** @throws Error with what ONNX Runtime says, or that the process has ended. */
  async open(path: string, executionProvider: string, intraOpThreads: number): Promise<void> {
    await this.call({ kind: 'open', path, executionProvider, intraOpThreads });
  }

  /** Takes the inputs and runs them once. */
  async prepare(inputs: readonly NamedTensor[]): Promise<void> {
    await this.call({ kind: 'prepare', inputs });
  }

  async run(forMs: number): Promise<RunCount> {
    const reply = await this.call({ kind: 'run', forMs });
    if (reply.kind !== 'ran') throw new Error(`A bare process answered "${reply.kind}" to a run.`);
    return reply;
  }

  close(): void {
    this.child.kill('SIGKILL');
  }

  private call(call: BareCall): Promise<BareReply> {
    return new Promise((resolve, reject) => {
      const onEnd = (code: number | null, signal: string | null): void =>
        reject(new Error(`its process ended (${signal ?? `exit code ${code}`})`));
      this.child.once('exit', onEnd);
      this.child.once('message', (reply: BareReply) => {
        this.child.off('exit', onEnd);
        if (reply.kind === 'failed') reject(new Error(reply.message));
        else resolve(reply);
      });
      this.child.send(call);
    });
  }
}
