import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { PROJECT_ROOT } from '../architecture/source-files.js';

interface Service {
  readonly profiles?: readonly string[];
  readonly build: { readonly context: string; readonly target: string };
  readonly deploy?: {
    readonly resources: { readonly reservations: { readonly devices: readonly object[] } };
  };
}

const { services } = parse(readFileSync(join(PROJECT_ROOT, 'docker-compose.yml'), 'utf8')) as {
  services: Record<string, Service>;
};
const dockerfile = readFileSync(join(PROJECT_ROOT, 'Dockerfile'), 'utf8');

describe('docker-compose.yml', () => {
  it.each(Object.entries(services))('builds %s from a stage that the Dockerfile has', (_, { build }) => {
    expect(dockerfile).toMatch(new RegExp(`^FROM .+ AS ${build.target}$`, 'm'));
  });

  it('reserves an NVIDIA device in its gpu profile, and only there', () => {
    const withDevice = Object.values(services).filter(({ deploy }) => deploy !== undefined);
    expect(withDevice).toHaveLength(1);
    expect(withDevice[0]?.profiles).toEqual(['gpu']);
    expect(withDevice[0]?.deploy?.resources.reservations.devices).toEqual([
      { driver: 'nvidia', count: 1, capabilities: ['gpu'] },
    ]);
  });

  it('is what docker compose takes', () => {
    const compose = [['docker', 'compose'], ['docker-compose']].find(
      ([command = '', ...words]) => spawnSync(command, [...words, 'version']).status === 0,
    );
    if (compose === undefined) {
      if (process.env['CI'] !== undefined)
        throw new Error('docker compose is not installed; .ci/run installs it');
      console.warn('docker compose is not installed: its own check of docker-compose.yml is skipped.');
      return;
    }
    const [command = '', ...words] = compose;
    const check = spawnSync(command, [...words, '--profile', 'gpu', 'config', '--quiet'], {
      cwd: PROJECT_ROOT,
      encoding: 'utf8',
    });
    expect({ status: check.status, stderr: check.stderr }).toMatchObject({ status: 0 });
  });
});

describe('the Dockerfile', () => {
  it('runs the sample as a user without rights, and watches its readiness', () => {
    const stages = dockerfile.split(/^FROM /m).filter((stage) => stage.includes('\nCMD ['));
    expect(stages).toHaveLength(2);
    for (const stage of stages) {
      expect(stage).toMatch(/^USER (?:node|inference)$/m);
      expect(stage).toMatch(/^HEALTHCHECK [^]*\/health\/ready/m);
    }
  });
});
