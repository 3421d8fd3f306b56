import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { GraphqlProgram } from './graphql-program.js';

describe('@Batched on a GraphQL resolver', () => {
  let program: GraphqlProgram;

  beforeAll(async () => {
    program = await GraphqlProgram.start('dist/test/programs/graphql-app.js');
  }, 60_000);
  afterAll(() => program.stop());

  const query = (text: string): Promise<unknown> => program.query(text);

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

describe('@Batched on a field of GraphQL objects', () => {
  const path = 'dist/test/programs/graphql-fields-app.js';

  it('answers that field of many objects from one batch', async () => {
    const program = await GraphqlProgram.start(path, 'interceptors');
    try {
      expect(await program.query('{ words { text upper } }')).toEqual({
        data: {
          words: [
            { text: 'a', upper: 'A of 2' },
            { text: 'b', upper: 'B of 2' },
          ],
        },
      });
    } finally {
      await program.stop();
    }
  }, 60_000);

  it('stops the start of a server that calls fields without interceptors', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [path, 'guards'], { timeout: 30_000 });

    expect(stdout).toContain(
      'WordResolver.upper (WordsModule): it would answer with the request itself, since fields of objects have no ' +
        "interceptors; add fieldResolverEnhancers: ['interceptors'] to the options of GraphQLModule",
    );
  }, 60_000);
});
