import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { post } from '../http/json-client.js';

/** A program of its own: on Node 20 Jest cannot load what GraphQL's server is made of. */
describe('@Batched on a GraphQL resolver', () => {
  let program: ChildProcess;
  let url: string;

  beforeAll(async () => {
    program = spawn(process.execPath, ['dist/test/programs/graphql-app.js'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [address] = (await once(createInterface({ input: program.stdout! }), 'line')) as [string];
    url = address;
  }, 60_000);
  afterAll(async () => {
    const ended = once(program, 'exit');
    program.kill('SIGTERM');
    await ended;
  });

  const query = async (text: string): Promise<unknown> =>
    (await post<unknown>(`${url}/graphql`, { query: text })).body;

  it('answers the fields of one query from one batch, each with its own', async () => {
    expect(await query('{ a: upper(word: "a") b: upper(word: "b") }')).toEqual({
      data: { a: 'A of 2', b: 'B of 2' },
    });
  });

  it('tells of a refused request as GraphQL does', async () => {
    const answer = JSON.stringify(await query('{ upper(word: "") }'));
    expect(answer).toContain('received an empty word, expected letters');
    expect(answer).toContain('"code":"INVALID_REQUEST"');
  });

  it.each(['failing', 'miscounting', 'guarded'])(
    'tells nothing of what went wrong inside: %s',
    async (field) => {
      const answer = JSON.stringify(await query(`{ ${field} }`));
      expect(answer).toContain('The request could not be processed.');
      expect(answer).toMatch(
        /"extensions":\{"code":"(?:PROCESSING_FAILED|RESPONSE_COUNT_MISMATCH)","isRetryable":false\}/,
      );
      expect(answer).not.toMatch(/out of memory|results for a batch/);
    },
  );
});
