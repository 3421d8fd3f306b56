import { setImmediate } from 'node:timers/promises';

import { send } from '../http/json-client.js';
import { classify, drawDigits, largestDifference, type Classification } from './digits.js';
import { enlarge, pngKinds } from './png-kinds.js';
import { SampleServers } from './sample-servers.js';

const servers = new SampleServers();
const digits = drawDigits(10, 3);
/** Large pictures take long to encode; three shapes tell enough. */
const someDigits = digits.filter(({ label }) => [0, 4, 7].includes(label));
let url: string;

beforeAll(async () => {
  ({ url } = await servers.start());
}, 30_000);
afterAll(() => servers.stopAll());

async function classifyPng(png: Uint8Array): Promise<Classification> {
  const answer = await send<Classification>(`${url}/digits/classify`, {
    method: 'POST',
    headers: { 'content-type': 'image/png' },
    body: Buffer.from(png),
  });
  expect(answer).toMatchObject({ status: 200 });
  return answer.body;
}

async function uploadPng(png: Uint8Array): Promise<Classification> {
  const form = new FormData();
  form.append('drawing', new Blob([Buffer.from(png)], { type: 'image/png' }), 'digit.png');
  const answer = await send<Classification>(`${url}/digits/classify`, { method: 'POST', body: form });
  expect(answer).toMatchObject({ status: 200 });
  return answer.body;
}

describe('a PNG at POST /digits/classify', () => {
  it.each(pngKinds)('of 28×28 pixels is read as what it shows: $name', async ({ encode }) => {
    const answers = await Promise.all(digits.map(({ pixels }) => classifyPng(encode(pixels))));

    expect(answers.map(({ digit }) => digit)).toEqual(digits.map(({ label }) => label));
  });

  it.each(pngKinds)('of 280×280 pixels is scaled and read as what it shows: $name', async ({ encode }) => {
    const files = someDigits.map(({ pixels }) => encode(enlarge(pixels, 10)));
    // So long that the server may have ended idle connections, which is noticed now.
    await setImmediate();
    const answers = await Promise.all(files.map(classifyPng));

    expect(answers.map(({ digit }) => digit)).toEqual(someDigits.map(({ label }) => label));
  });

  it('gives the same answer as its pixels in JSON', async () => {
    const [light] = pngKinds;
    for (const { pixels } of digits) {
      const fromPng = await classifyPng(light?.encode(pixels) ?? new Uint8Array());
      const fromJson = (await classify(url, pixels)).body;
      expect(largestDifference(fromPng.probabilities, fromJson.probabilities)).toBeLessThan(1e-5);
    }
  });

  it('may come as a form upload', async () => {
    const [, dark] = pngKinds;
    const answers = await Promise.all(
      digits.map(({ pixels }) => uploadPng(dark?.encode(enlarge(pixels, 4)) ?? new Uint8Array())),
    );

    expect(answers.map(({ digit }) => digit)).toEqual(digits.map(({ label }) => label));
  });
});
