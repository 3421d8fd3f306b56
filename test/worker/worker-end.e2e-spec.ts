import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { until } from '../http/until.js';
import { isThere } from '../programs/child-processes.js';

/** A program that was started, and what it has said so far. */
interface Story {
  readonly program: ChildProcess;
  readonly said: unknown[];
  readonly ended: Promise<{ exitCode: number | null; signal: string | null }>;
  /** The process that runs the worker. */
  readonly workerPid: number;
}

const PROGRAM = join('test', 'worker', 'programs', 'end-a-processor.js');

async function tell(when: string, isolation: string, nodeArguments: readonly string[] = []): Promise<Story> {
  // In a process group of its own, as a terminal would start it.
  const program = spawn(process.execPath, [...nodeArguments, PROGRAM, when, isolation], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: unknown[] = [];
  createInterface({ input: program.stdout }).on('line', (line) => said.push(JSON.parse(line)));
  const ended = new Promise<{ exitCode: number | null; signal: string | null }>((resolve) =>
    program.on('close', (exitCode, signal) => resolve({ exitCode, signal })),
  );
  await until('the program waits', () => said.includes('waiting') || program.exitCode !== null);
  return { program, said, ended, workerPid: (said[0] as { pid: number }).pid };
}

describe.each(['thread', 'process'])('The end of a process with a processor in a %s', (isolation) => {
  const clean = { exitCode: 0, signal: null };

  it.each(['forgotten', 'closed'])('comes by itself, and leaves nothing behind (%s)', async (when) => {
    const { ended, workerPid } = await tell(when, isolation);
    expect(await ended).toEqual(clean);
    await until('the worker is gone', () => !isThere(workerPid));
  });

  it('waits for a batch that runs', async () => {
    const { ended, said } = await tell('busy and forgotten', isolation);
    expect(await ended).toEqual(clean);
    expect(said).toContainEqual({ results: ['slept', 'A'] });
  });

  it('lets what was accepted finish when Ctrl+C reaches parent and workers alike', async () => {
    const { program, ended, said } = await tell('interrupted', isolation);
    process.kill(-program.pid!, 'SIGINT');
    expect(await ended).toEqual(clean);
    expect(said.slice(2)).toEqual([{ results: ['slept', 'A'] }, 'closed']);
  });

  it('does not depend on arguments of Node that a thread would refuse', async () => {
    const nodeArguments = ['--max-old-space-size=512', '--expose-gc', '--title=letters'];
    const { ended, said } = await tell('busy and forgotten', isolation, nodeArguments);
    expect(await ended).toEqual(clean);
    expect(said).toContainEqual({ results: ['slept', 'A'] });
  });

  it.each(['killed when idle', 'killed in a loop'])('takes the workers with it (%s)', async (when) => {
    const { program, ended, workerPid } = await tell(when, isolation);
    expect(isThere(workerPid)).toBe(true);
    program.kill('SIGKILL');
    expect(await ended).toEqual({ exitCode: null, signal: 'SIGKILL' });
    await until('the worker is gone', () => !isThere(workerPid));
  });
});
