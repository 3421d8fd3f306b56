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
