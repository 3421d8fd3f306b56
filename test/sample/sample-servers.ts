import { startSampleServer, type SampleServer } from '../../apps/inference-api/demo/sample-server.js';

/** Starts sample servers, each a process of its own, and stops what is still running in the end. */
export class SampleServers {
  private readonly running: SampleServer[] = [];

  async start(environment: Record<string, string> = {}): Promise<SampleServer> {
    const server = await startSampleServer(environment);
    this.running.push(server);
    return server;
  }

  /** What a server says that does not start; one that does start is a mistake of the test. */
  async failureOf(environment: Record<string, string>): Promise<string> {
    let server: SampleServer;
    try {
      server = await startSampleServer(environment);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    await server.stop();
    throw new Error('Expected the sample not to start, but it did.');
  }

  /** Ends a server; resolves with its exit code. */
  async stop(server: SampleServer, signal?: 'SIGTERM' | 'SIGINT'): Promise<number | null> {
    this.running.splice(this.running.indexOf(server), 1);
    return server.stop(signal);
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.running.splice(0).map((server) => server.stop()));
  }
}
