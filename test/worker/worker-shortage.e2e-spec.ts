import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const PROGRAM = join('test', 'worker', 'programs', 'run-out-of-files.js');

describe.each(['thread', 'process'])(
  'A worker in a %s for which there is no file descriptor left',
  (isolation) => {
    it('is told as such, and is there as soon as it can be', async () => {
      const command = `ulimit -n 64 && exec "${process.execPath}" ${PROGRAM} ${isolation}`;
      const { stdout } = await promisify(execFile)('sh', ['-c', command], { timeout: 30_000 });
      const said = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown);
      expect(said).toEqual([
        expect.objectContaining({
          live: 0,
          lastEndReason: expect.stringMatching(/^it failed \(.*EMFILE\)$/) as string,
        }),
        expect.objectContaining({ live: 1 }),
      ]);
    });
  },
);
