import fc from 'fast-check';
import { arbitraryCommand, arbitraryConfig } from './batcher-commands.js';
import { BatcherWorkload } from './batcher-workload.js';
import { GUARANTEES } from './guarantees.js';

const RUNS = 2000;
const MOST_COMMANDS = 60;

describe('DynamicBatcher', () => {
  it('keeps its guarantees whatever callers and the processor do, in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryConfig,
        fc.array(arbitraryCommand, { maxLength: MOST_COMMANDS, size: 'max' }),
        async (config, commands) => {
          const workload = new BatcherWorkload(config, GUARANTEES);
          for (const command of commands) await workload.run(command);
          await workload.finish();
        },
      ),
      { numRuns: RUNS },
    );
  }, 120_000);
});
