import { once } from 'node:events';
import { connect } from 'node:net';
import { get } from '../http/json-client.js';
import { until } from '../http/until.js';
import { runShutdownTrial } from '../programs/shutdown-trial.js';
import { classify, drawDigits } from './digits.js';
import { SampleServers } from './sample-servers.js';

const servers = new SampleServers();
afterAll(() => servers.stopAll());

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  it.each([0, 60, 250])(
    'under load, %i ms after the first answers, leaves no request unanswered that the server had read',
    async (afterMs) => {
      const { exitCode, answered, faults } = await runShutdownTrial(afterMs, signal);

      expect(faults).toEqual([]);
      expect(exitCode).toBe(0);
      expect(answered).toBeGreaterThanOrEqual(64);
    },
    30_000,
  );

  it('ends the process although a client holds a connection that it has never used', async () => {
    const server = await servers.start();
    const unused = connect(Number(new URL(server.url).port), '127.0.0.1');
    unused.on('error', () => undefined);
    await once(unused, 'connect');
    // With a request on another connection answered, the server has taken the unused one, too.
    await get(`${server.url}/health/live`);

    expect(await servers.stop(server, signal)).toBe(0);
    unused.destroy();
  }, 30_000);
});

describe('SIGTERM, which says that a load balancer is to look elsewhere,', () => {
  it('takes readiness down first, while requests are still answered for READINESS_DELAY_MS', async () => {
    const server = await servers.start({ READINESS_DELAY_MS: '3000' });
    const [digit] = drawDigits(1);
    expect(await get(`${server.url}/health/ready`)).toMatchObject({ status: 200 });

    const stopped = servers.stop(server, 'SIGTERM');
    await until('readiness is down', async () => (await get(`${server.url}/health/ready`)).status === 503);
    const answer = await classify(server.url, digit?.pixels ?? []);

    expect(answer).toMatchObject({ status: 200, body: { digit: digit?.label } });
    expect(await stopped).toBe(0);
  }, 30_000);
});

describe('SIGINT, which a person has sent,', () => {
  it('does not wait for a load balancer', async () => {
    const server = await servers.start({ READINESS_DELAY_MS: '3600000' });

    expect(await servers.stop(server, 'SIGINT')).toBe(0);
  }, 30_000);
});
