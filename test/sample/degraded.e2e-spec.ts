import { get } from '../http/json-client.js';
import { classify, drawDigits } from './digits.js';
import { SampleServers } from './sample-servers.js';

/** Made for another operating system than this one. */
const ABSENT_PROVIDER = process.platform === 'darwin' ? 'dml' : 'coreml';

const servers = new SampleServers();
afterAll(() => servers.stopAll());

describe('the sample whose model runs on the CPU though it was to run elsewhere', () => {
  it('serves, and says at /health/ready that it is degraded, and why', async () => {
    const { url } = await servers.start({ EXECUTION_PROVIDERS: `${ABSENT_PROVIDER},cpu` });
    const [digit] = drawDigits(1);

    expect(await get(`${url}/health/ready`)).toMatchObject({
      status: 200,
      body: {
        status: 'degraded',
        info: {
          digits: {
            status: 'degraded',
            executionProvider: 'cpu',
            message: expect.stringContaining(
              `the model runs on the CPU, since these do not work: ${ABSENT_PROVIDER} (`,
            ) as string,
          },
        },
      },
    });
    expect(await get(`${url}/health/live`)).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await classify(url, digit?.pixels ?? [])).toMatchObject({ status: 200 });
  }, 30_000);
});
