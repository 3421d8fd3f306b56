import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { until } from '../http/until.js';
import { isThere } from '../programs/child-processes.js';

/** Runs the app that does not start; resolves with its exit code and the lines that it printed. */
async function run(...programArguments: string[]): Promise<{ exitCode: unknown; lines: unknown[] }> {
  const file = resolve('dist/test/programs/failing-app.js');
  return new Promise((fulfil) => {
    // One that does not end by itself is killed, and has no exit code then.
    execFile(process.execPath, [file, ...programArguments], { timeout: 20_000 }, (error, stdout) =>
      fulfil({
        exitCode: error === null ? 0 : error.code,
        lines: stdout
          .trim()
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as unknown),
      }),
    );
  });
}

describe.each(['thread', 'process'])('an app that does not start, with a worker in a %s,', (isolation) => {
  it.each([
    ['creating', 'forgotten'],
    ['starting', 'forgotten'],
    ['starting', 'closed'],
  ])('leaves nothing that keeps the process alive: it fails while %s, and is %s', async (moment, end) => {
    const { exitCode, lines } = await run(moment, end, isolation);
    expect({ exitCode, message: lines[1] }).toEqual({ exitCode: 0, message: 'there is no database' });
    const workers = lines[0] as number[];
    expect(workers).toHaveLength(isolation === 'process' ? 1 : 0);
    await until('the workers are gone', () => !workers.some(isThere));
  });

  it('takes its workers along where Nest ends the process', async () => {
    const { exitCode, lines } = await run('creating', 'aborted', isolation);
    expect(exitCode).toBe(1);
    const workers = lines[0] as number[];
    expect(workers).toHaveLength(isolation === 'process' ? 1 : 0);
    await until('the workers are gone', () => !workers.some(isThere));
  });
});
