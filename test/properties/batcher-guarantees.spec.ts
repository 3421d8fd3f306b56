import fc from 'fast-check';
import { arbitraryCommand, arbitrarySetup } from './batcher-commands.js';
import { BatcherWorkload } from './batcher-workload.js';
import { GUARANTEES } from './guarantees.js';

const RUNS = 10_000;
const MOST_COMMANDS = 30;

describe('DynamicBatcher', () => {
  it('keeps its guarantees whatever callers and the processor do, in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitrarySetup,
        fc.array(arbitraryCommand, { maxLength: MOST_COMMANDS, size: 'max' }),
        async (setup, commands) => {
          const workload = new BatcherWorkload(setup, GUARANTEES);
          for (const command of commands) await workload.run(command);
          await workload.finish();
        },
      ),
      { numRuns: RUNS },
    );
  }, 300_000);
});
