import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const SIMULATE = 'test/simulation/simulate-command.js';
const PROVE_SHUTDOWN = 'test/programs/prove-shutdown.js';
const DEMO = 'apps/inference-api/demo/demo.js';

describe('a command that is called wrongly', () => {
  it.each<[string, string[], string]>([
    [SIMULATE, ['--seed', 'x'], '--seed: received x, expected an integer from 0'],
    [SIMULATE, ['--seeds', 'x'], '--seeds: received x, expected an integer from 1'],
    [SIMULATE, ['--requests', 'many'], '--requests: received many, expected an integer from 1'],
    [PROVE_SHUTDOWN, ['--trials', 'x'], '--trials: received x, expected an integer from 1'],
    [PROVE_SHUTDOWN, ['--trials', '0'], '--trials: received 0, expected an integer from 1'],
    [PROVE_SHUTDOWN, ['--seed', 'x'], '--seed: received x, expected an integer from 0'],
    ['test/programs/prove-chaos.js', ['--kills', '3'], "Unknown option '--kills'"],
    [DEMO, ['--requests', 'x'], '--requests: received "x", expected an integer from 1 to 100000'],
    [DEMO, ['--requests', '0'], '--requests: received "0", expected an integer from 1 to 100000'],
    [DEMO, ['--seed', ''], '--seed: received "", expected an integer from 0'],
  ])(
    'proves nothing, and says why: %s %j',
    (command, args, says) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [resolve('dist', command), ...args], {
        encoding: 'utf8',
        timeout: 30_000,
      });

      expect(stderr).toContain(says);
      expect(stdout).toBe('');
      expect(status).toBe(1);
    },
    40_000,
  );
});
