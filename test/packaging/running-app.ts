import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../architecture/source-files.js';
import { until } from '../http/until.js';

const COUNT_ANSWERS = join(PROJECT_ROOT, 'test/packaging/count-answers.cjs');

/** A server in a process of its own. */
export interface RunningServer {
  /** Sends the signal, SIGTERM unless another one is given; resolves with the exit code. */
  stop(signal?: 'SIGTERM' | 'SIGINT'): Promise<number | null>;
  /** What it has printed so far. */
  readonly printed: () => string;
  /** How many requests it has received and not answered. @throws Error if it has not ended by itself. */
  readonly unanswered: () => number;
  readonly ended: Promise<number | null>;
}

/** A server of which it is known where it listens. */
export interface RunningApp extends RunningServer {
  readonly url: string;
}

export function startServer(
  node: string,
  file: string,
  environment: Record<string, string> = {},
): RunningServer {
  const child = spawn(node, ['--require', COUNT_ANSWERS, file], {
    env: { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => (printed += String(text)));
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    printed: () => printed,
    unanswered: () => {
      const [, received, answered] = COUNTED.exec(printed) ?? [];
      if (received === undefined) throw new Error(`${file} did not tell what it answered:\n${printed}`);
      return Number(received) - Number(answered);
    },
    ended,
    stop: (signal = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    },
  };
}

/**
 * Starts an app that prints where it listens.
 *
 * @throws Error with what it printed, if it ends before.
 */
export async function startApp(node: string, file: string): Promise<RunningApp> {
  const server = startServer(node, file);
  let exitCode: number | null | undefined;
  void server.ended.then((code) => (exitCode = code));
  await until(`${file} listens`, () => exitCode !== undefined || LISTENING.test(server.printed()));
  const url = LISTENING.exec(server.printed())?.[1];
  if (url === undefined) throw new Error(`${file} ended with code ${exitCode}:\n${server.printed()}`);
  return { ...server, url };
}

const COUNTED = /^received (\d+), answered (\d+)\n/m;
const LISTENING = /^listening on (\S+)\n/m;
