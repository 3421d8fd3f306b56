import type { QueueStatistics } from 'nestjs-batching';
import { get, post, type Answer, type ErrorBody } from '../http/json-client.js';
import { classify, drawDigits } from './digits.js';
import { SampleServers } from './sample-servers.js';

const servers = new SampleServers();
const digits = drawDigits(300);
let url: string;

beforeAll(async () => {
  // One request runs, one waits, and there is no place for a third.
  ({ url } = await servers.start({ MAX_QUEUE_SIZE: '1', MAX_BATCH_SIZE: '1' }));
}, 30_000);
afterAll(() => servers.stopAll());

async function readRequests(): Promise<QueueStatistics['requests']> {
  const { body } = await get<{ digits: QueueStatistics }>(`${url}/statistics`);
  return body.digits.requests;
}

function expectRefusal({ status, headers, body }: Answer<ErrorBody>): void {
  expect({ status, code: body.code }).toEqual({ status: 503, code: 'QUEUE_FULL' });
  expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  expect(body.retryAfterMs).toBeGreaterThanOrEqual(1);
  expect(body.message).toContain('its queue holds all of the 1 requests that maxQueueSize allows');
}

describe('the sample under more requests than its queue holds', () => {
  it('answers those that it accepts and refuses the others with 503 and Retry-After', async () => {
    const answers = await Promise.all(digits.map(({ pixels }) => classify(url, pixels)));

    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(answers.length);
    refused.forEach(expectRefusal);
    const wrong = answers.filter(
      ({ status, body }, index) => status === 200 && body.digit !== digits[index]?.label,
    );
    expect(wrong.length).toBeLessThan(0.05 * digits.length);
  }, 30_000);

  it('refuses a call for more images than the queue holds, and lets go of those that had found a place', async () => {
    const images = digits.slice(0, 5).map(({ pixels }) => pixels);
    const before = await readRequests();

    expectRefusal(await post(`${url}/digits/classify-many`, { images }));

    const { accepted, aborted } = await readRequests();
    expect(accepted).toBeGreaterThan(before.accepted);
    expect(aborted - before.aborted).toBe(accepted - before.accepted);
  });

  it('is ready again when the rush is over', async () => {
    await Promise.all(digits.map(({ pixels }) => classify(url, pixels)));

    expect(await get(`${url}/health/ready`)).toMatchObject({ status: 200 });
    expect(await classify(url, digits[7]?.pixels ?? [])).toMatchObject({ status: 200, body: { digit: 7 } });
  }, 30_000);
});
