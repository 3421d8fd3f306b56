import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { freePort } from '../http/free-port.js';

const PROGRAM = 'nats-server';

/** Whether to run without NATS; where everything has to be tested, a missing server fails. */
export const isNatsMissing =
  spawnSync(PROGRAM, ['--version']).error !== undefined && process.env['CI'] !== 'true';

export const NATS_MISSING = 'needs nats-server on the PATH (Debian: apt-get install nats-server)';

/** A NATS server of our own, on a free port of the loopback interface. */
export class NatsServer {
  private constructor(
    private readonly process: ChildProcess,
    readonly url: string,
  ) {}

  /** Resolves when it takes connections. */
  static async start(): Promise<NatsServer> {
    const port = await freePort();
    const server = spawn(PROGRAM, ['-a', '127.0.0.1', '-p', String(port)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    for await (const line of createInterface({ input: server.stderr })) {
      if (line.includes('Server is ready')) break;
    }
    // What it says later must not fill the pipe.
    server.stderr.resume();
    return new NatsServer(server, `nats://127.0.0.1:${port}`);
  }

  async stop(): Promise<void> {
    const ended = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    await ended;
  }
}
