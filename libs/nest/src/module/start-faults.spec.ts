import { InvalidConfigError, type ConfigFault } from 'nestjs-batching/core';
import type { ProcessorExplorer } from './processor.explorer.js';
import { StartFaults } from './start-faults.js';

/** With processor classes that have these faults. */
const startWith = (faults: readonly ConfigFault[]): StartFaults =>
  new StartFaults({ findConfigFaults: () => [...faults] } as Pick<
    ProcessorExplorer,
    'findConfigFaults'
  > as never);

const fails = (subject: string) => (): never => {
  throw new InvalidConfigError(subject, [{ field: 'maxBatchSize', problem: 'received 0' }]);
};

describe('StartFaults', () => {
  it('gives what was made', async () => {
    expect(await startWith([]).tellTogether(() => 'made')).toBe('made');
  });

  it('tells one faulty configuration as it is', async () => {
    await expect(startWith([]).tellTogether(fails('batcher "a"'))).rejects.toThrow(
      'Invalid configuration of batcher "a":\n  - maxBatchSize: received 0',
    );
  });

  it('tells each of several all the faults, in the order in which they were found', async () => {
    const start = startWith([]);
    const ends = await Promise.allSettled([
      start.tellTogether(fails('batcher "a"')),
      start.tellTogether(() => Promise.resolve().then(fails('batcher "b"'))),
    ]);

    const message =
      'Invalid configuration of batching:\n' +
      '  - batcher "a": maxBatchSize: received 0\n' +
      '  - batcher "b": maxBatchSize: received 0';
    expect(ends).toEqual([
      { status: 'rejected', reason: expect.objectContaining({ message }) as unknown },
      { status: 'rejected', reason: expect.objectContaining({ message }) as unknown },
    ]);
  });

  it('tells the faults of processor classes along', async () => {
    const start = startWith([{ field: 'batcher "c" of Classes: maxBatchSize', problem: 'received 0' }]);
    await expect(start.tellTogether(fails('batcher "a"'))).rejects.toThrow(
      '  - batcher "a": maxBatchSize: received 0\n  - batcher "c" of Classes: maxBatchSize: received 0',
    );
  });

  it('passes on as it is what is no matter of configuration, and does not count it', async () => {
    const start = startWith([]);
    const failing = start.tellTogether(() => Promise.reject(new Error('no memory')));
    await expect(failing).rejects.toThrow('no memory');
    await expect(start.tellTogether(fails('batcher "a"'))).rejects.toThrow('configuration of batcher "a":');
  });
});
