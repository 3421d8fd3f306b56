import type { QueueStatistics } from 'nestjs-batching';
import { get, post, send, type ErrorBody } from '../http/json-client.js';
import { classify, drawDigits, largestDifference, type Classification } from './digits.js';
import { SampleServers } from './sample-servers.js';

/** The parts of an OpenAPI document that are looked at here. */
interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly summary?: string;
  readonly requestBody?: Body;
  readonly responses: Readonly<Record<string, Partial<Body>>>;
}

interface Body {
  readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
}

interface Schema {
  readonly type: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
}

interface ClassifyManyAnswer extends Classification {
  readonly batch: { readonly batchId: number; readonly batchSize: number };
}

const servers = new SampleServers();
let url: string;

beforeAll(async () => {
  ({ url } = await servers.start({ MAX_QUEUE_SIZE: '600' }));
}, 30_000);
afterAll(() => servers.stopAll());

describe('POST /digits/classify-many', () => {
  it('answers the images of one call in their order, in batches, as they are answered alone', async () => {
    const digits = drawDigits(100);

    const { status, body } = await post<ClassifyManyAnswer[]>(`${url}/digits/classify-many`, {
      images: digits.map(({ pixels }) => pixels),
    });

    expect(status).toBe(200);
    expect(body).toHaveLength(100);
    // They come in one turn of the event loop, and the first 32 fill a batch.
    expect(body.map(({ batch }) => batch.batchSize)).toEqual([
      ...Array<number>(96).fill(32),
      ...Array<number>(4).fill(4),
    ]);
    const alone = await Promise.all(digits.map(({ pixels }) => classify(url, pixels)));
    const differences = body.map(({ probabilities }, index) =>
      largestDifference(probabilities, alone[index]?.body.probabilities ?? []),
    );
    expect(Math.max(...differences)).toBeLessThan(1e-5);
  });

  it.each<[string, unknown, RegExp]>([
    ['no images', { images: [] }, /images: expected at least one image/],
    [
      'too many images',
      { images: Array(513).fill(Array(784).fill(0)) },
      /images: expected at most 512 images/,
    ],
    [
      'an image that is wrong',
      { images: [Array(784).fill(0), [1, 2]] },
      /images\.1: expected an array of 784/,
    ],
    ['a body of another form', [1], /expected a JSON object \{ "images"/],
  ])('refuses %s and says what is expected', async (_, body, says) => {
    const answer = await post(`${url}/digits/classify-many`, body);

    expect(answer.status).toBe(400);
    expect([answer.body.message].flat().join('; ')).toMatch(says);
  });
});

describe('GET /health', () => {
  it('tells at /health/live that the process answers', async () => {
    expect(await get(`${url}/health/live`)).toMatchObject({ status: 200, body: { status: 'ok' } });
  });

  it('tells at /health/ready of the model, what runs it, and its queue', async () => {
    expect(await get(`${url}/health/ready`)).toMatchObject({
      status: 200,
      body: {
        status: 'ok',
        info: {
          digits: {
            status: 'up',
            queue: { size: 0, maxSize: 600 },
            model: 'digits',
            executionProvider: 'cpu',
            failedExecutionProviders: [],
          },
        },
      },
    });
  });
});

describe('GET /statistics', () => {
  it('counts what became of requests and batches', async () => {
    const read = async (): Promise<QueueStatistics> => {
      const { body } = await get<Record<string, QueueStatistics>>(`${url}/statistics`);
      const [[name, statistics] = []] = Object.entries(body);
      if (name !== 'digits' || statistics === undefined)
        throw new Error('Expected the statistics of "digits".');
      return statistics;
    };
    const before = await read();

    await Promise.all(drawDigits(20).map(({ pixels }) => classify(url, pixels)));
    const after = await read();

    expect(after.requests.accepted).toBe(before.requests.accepted + 20);
    expect(after.requests.succeeded).toBe(before.requests.succeeded + 20);
    expect(after.batches.dispatched).toBeGreaterThan(before.batches.dispatched);
    expect(after.batches.completed).toBe(after.batches.dispatched);
    expect(after.processingTimeMs.count).toBe(after.batches.completed);
    expect(after).toMatchObject({ currentQueueSize: 0, isQueueFull: false, maxQueueSize: 600 });
  });
});

describe('the OpenAPI document', () => {
  it('describes every route, its bodies and its refusals', async () => {
    const { status, body } = await get<OpenApi>(`${url}/api-json`);

    expect(status).toBe(200);
    expect(body.openapi).toMatch(/^3\./);
    expect(Object.keys(body.paths).sort()).toEqual([
      '/digits/classify',
      '/digits/classify-many',
      '/health/live',
      '/health/ready',
      '/statistics',
    ]);
    const classifyRoute = body.paths['/digits/classify']?.['post'];
    expect(classifyRoute?.summary).toContain('one digit');
    expect(Object.keys(classifyRoute?.requestBody?.content ?? {})).toEqual([
      'application/json',
      'image/png',
      'multipart/form-data',
    ]);
    expect(Object.keys(classifyRoute?.responses ?? {})).toEqual(['200', '400', '413', '415', '503']);
  });

  it('describes what a call for many images takes and gives', async () => {
    const { body } = await get<OpenApi>(`${url}/api-json`);
    const route = body.paths['/digits/classify-many']?.['post'];
    const images = route?.requestBody?.content['application/json']?.schema.properties?.['images'];
    const answer = route?.responses['200']?.content?.['application/json']?.schema.items;
    expect(images).toMatchObject({ type: 'array', minItems: 1, maxItems: 512 });

    const given = await post<ClassifyManyAnswer[]>(`${url}/digits/classify-many`, {
      images: [drawDigits(1)[0]?.pixels],
    });
    const [classification = { batch: {} }] = given.body;
    expect(new Set(answer?.required)).toEqual(new Set(Object.keys(classification)));
    expect(new Set(answer?.properties?.['batch']?.required)).toEqual(
      new Set(Object.keys(classification.batch)),
    );
    expect(Object.keys(route?.responses ?? {})).toEqual(['200', '400', '413', '415', '503']);
  });

  it('has a page at /api', async () => {
    const { status, body, headers } = await send<string | ErrorBody>(`${url}/api`, {});

    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('text/html');
    expect(body).toContain('swagger');
  });
});
