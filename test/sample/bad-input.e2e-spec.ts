import { send, type Answer, type ErrorBody } from '../http/json-client.js';
import { badRequests } from './bad-requests.js';
import { classify, drawDigits, type Classification } from './digits.js';
import { SampleServers } from './sample-servers.js';

const NEIGHBORS_OF_EACH = 3;

const servers = new SampleServers();
const digits = drawDigits(NEIGHBORS_OF_EACH * badRequests.length);
const answers = new Map<string, Answer<ErrorBody>>();
let neighbors: Answer<Classification>[];
/** The same again, with nothing else under way. */
let alone: Answer<Classification>[];
let url: string;

/** All at the same time: bad ones and good ones, interleaved. */
beforeAll(async () => {
  ({ url } = await servers.start());
  const good: Promise<Answer<Classification>>[] = [];
  const bad = badRequests.map(async ({ name, path = '/digits/classify', init }, index) => {
    const first = NEIGHBORS_OF_EACH * index;
    good.push(...digits.slice(first, first + NEIGHBORS_OF_EACH).map(({ pixels }) => classify(url, pixels)));
    answers.set(name, await send(`${url}${path}`, init));
  });
  await Promise.all(bad);
  neighbors = await Promise.all(good);
  // At once: a connection that has been idle for seconds may be closed just when it is used again.
  alone = await Promise.all(digits.map(({ pixels }) => classify(url, pixels)));
}, 60_000);
afterAll(() => servers.stopAll());

describe('POST /digits/classify', () => {
  it.each(badRequests)('refuses with $status and says what is expected: $name', ({ name, status, says }) => {
    const answer = answers.get(name);

    expect(answer?.status).toBe(status);
    expect([answer?.body.message].flat().join('; ')).toMatch(says);
    expect(JSON.stringify(answer?.body).length).toBeLessThan(1000);
  });

  it('answers the neighbors that were under way at the same time as if nothing had happened', () => {
    expect(neighbors).toHaveLength(digits.length);
    expect(neighbors.map(({ status }) => status)).toEqual(digits.map(() => 200));
    expect(neighbors.map(({ body }) => body.digit)).toEqual(alone.map(({ body }) => body.digit));
    const correct = neighbors.filter(({ body }, index) => body.digit === digits[index]?.label).length;
    expect(correct / neighbors.length).toBeGreaterThan(0.95);
  });
});
