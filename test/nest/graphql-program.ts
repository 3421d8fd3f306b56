import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { post } from '../http/json-client.js';

/** A GraphQL server in a program of its own: on Node 20 Jest cannot load what such a server is made of. */
export class GraphqlProgram {
  private constructor(
    private readonly program: ChildProcess,
    private readonly url: string,
  ) {}

  /** @param path Of a program that prints its address. */
  static async start(path: string, ...parameters: readonly string[]): Promise<GraphqlProgram> {
    const program = spawn(process.execPath, [path, ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [address] = (await once(createInterface({ input: program.stdout }), 'line')) as [string];
    return new GraphqlProgram(program, address);
  }

  async query(text: string): Promise<unknown> {
    return (await post<unknown>(`${this.url}/graphql`, { query: text })).body;
  }

  async stop(): Promise<void> {
    const ended = once(this.program, 'exit');
    this.program.kill('SIGTERM');
    await ended;
  }
}
