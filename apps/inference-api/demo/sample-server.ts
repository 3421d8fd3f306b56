import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A sample server in a process of its own. */
export interface SampleServer {
  readonly url: string;
  /** The process, for who wants to do something to it. */
  readonly pid: number;
  /** Ends it by a signal, SIGTERM unless another one is given; resolves with its exit code. */
  stop(signal?: 'SIGTERM' | 'SIGINT'): Promise<number | null>;
}

const MAIN = fileURLToPath(new URL('../src/main.js', import.meta.url));

/**
 * Starts the sample on a free port of the loopback interface and resolves when it is ready.
 *
 * @param environment Variables on top of this process's own.
 * @throws Error with what the server printed, if it ends before it is ready.
 */
export async function startSampleServer(environment: Record<string, string> = {}): Promise<SampleServer> {
  const child = spawn(process.execPath, [MAIN], {
    env: { ...process.env, PORT: '0', HOST: '127.0.0.1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const printed: string[] = [];
  child.stderr.on('data', (text: Buffer) => printed.push(String(text)));
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      printed.push(`${line}\n`);
      const port = /OpenAPI\s+http:\/\/localhost:(\d+)\/api/.exec(line)?.[1];
      if (port !== undefined) resolve(`http://127.0.0.1:${port}`);
    });
    void ended.then(([code]) =>
      reject(new Error(`The sample ended with code ${code}:\n${printed.join('')}`)),
    );
  });
  return {
    url,
    pid: child.pid ?? 0,
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      const [code] = await ended;
      return code;
    },
  };
}
