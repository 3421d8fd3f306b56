import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const SIMULATE = 'test/simulation/simulate-command.js';
const PROVE_SHUTDOWN = 'test/programs/prove-shutdown.js';
const TRAIN = 'apps/inference-api/model/train.js';
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
    ['bench/isolation/compare-isolation.js', ['--size', '3'], "Unknown option '--size'"],
    ['bench/overhead/heap-growth.js', ['--help'], "Unknown option '--help'"],
    [
      'bench/policies/one-point.js',
      ['--rate', 'Infinity'],
      '--rate: received Infinity, expected a number from 0',
    ],
    [TRAIN, ['--epochs', '0'], '--epochs: received "0", expected an integer from 1'],
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

describe('a command that is asked for help', () => {
  it.each([TRAIN, PROVE_SHUTDOWN, DEMO, SIMULATE])('says what it does, and does nothing: %s', (command) => {
    const { status, stdout } = spawnSync(process.execPath, [resolve('dist', command), '--help'], {
      encoding: 'utf8',
      timeout: 30_000,
    });

    expect(stdout).toContain('--seed S');
    expect(status).toBe(0);
  });
});
