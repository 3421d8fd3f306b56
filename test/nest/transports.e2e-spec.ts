import type { Type } from '@nestjs/common';
import { Batched, BatchingModule, BatchProcessor, type BatchProcessorHost } from 'nestjs-batching';
import { describeOver, TRANSPORTS } from './transport-clients.js';

@BatchProcessor('upper', { maxBatchSize: 8, timeoutStrategy: 'dispatch-partial', maxWaitTimeMs: 30 })
class UpperProcessor implements BatchProcessorHost<string, string> {
  static readonly sizes: number[] = [];

  processBatch(words: readonly string[]): (string | Error)[] {
    UpperProcessor.sizes.push(words.length);
    return words.map((word) => (word === 'bad' ? new Error('a secret reason') : word.toUpperCase()));
  }
}

beforeEach(() => UpperProcessor.sizes.splice(0));

for (const transport of TRANSPORTS) {
  describeOver(transport, '@Batched', () => {
    const client = transport.create();
    /** A gateway's answer has an event besides its data; a message's is the response itself. */
    const toBody = (word: string): unknown => (transport.isGateway ? { event: 'upper', data: word } : word);

    const createHandlers = (decorate: (name: string) => MethodDecorator): Type<object> => {
      class Handlers {
        /** A message comes first, a gateway's after the socket. */
        upper(...parts: unknown[]): string {
          return parts.find((part) => typeof part === 'string') ?? '';
        }
      }
      const handler = Object.getOwnPropertyDescriptor(Handlers.prototype, 'upper')!;
      Batched('upper', { toBody })(Handlers.prototype, 'upper', handler);
      decorate('upper')(Handlers.prototype, 'upper', handler);
      return Handlers;
    };

    beforeAll(() =>
      client.open({ imports: [BatchingModule.forRoot()], providers: [UpperProcessor], createHandlers }),
    );
    afterAll(() => client.close());

    it('gives each call its own answer, many of them from one batch', async () => {
      const answers = await Promise.all(['a', 'b', 'c'].map((word) => client.ask('upper', word)));
      expect(answers).toEqual(['A', 'B', 'C']);
      expect(Math.max(...UpperProcessor.sizes)).toBeGreaterThan(1);
    });

    it('lets the one that fails fail alone, with what Nest says of an error of the app’s own', async () => {
      const answers = await Promise.all(['a', 'bad', 'c'].map((word) => client.ask('upper', word)));
      // A gateway tells an error by another event, which may come at another time.
      expect(answers.filter((answer) => typeof answer === 'string')).toEqual(['A', 'C']);
      expect(answers).toContainEqual(expect.objectContaining({ message: 'Internal server error' }));
      expect(JSON.stringify(answers)).not.toContain('a secret reason');
    });
  });
}
