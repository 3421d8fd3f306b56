import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

describe('an app that has been closed', () => {
  it('leaves nothing that keeps the process alive', async () => {
    const run = promisify(execFile);

    // Rejects if the process has to be killed because it does not end by itself.
    const { stdout, stderr } = await run(process.execPath, [resolve('dist/test/programs/closing-app.js')], {
      timeout: 20_000,
    });

    expect(stdout).toBe('hello\nclosed\n');
    expect(stderr).toBe('');
  }, 30_000);
});
