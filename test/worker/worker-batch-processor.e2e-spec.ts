import { AbortState, InvalidConfigError, InvalidRequestError, type BatchContext } from 'nestjs-batching/core';
import { WorkerBatchProcessor, type WorkerBatchProcessorOptions } from 'nestjs-batching/worker';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { until } from '../http/until.js';
import { findWorkerProcesses, isThere } from '../programs/child-processes.js';

const moduleOf = (name: string): string => join('test', 'worker', 'processors', `${name}.processor.js`);
const MEGABYTE = 2 ** 20;

describe.each(['thread', 'process'] as const)('WorkerBatchProcessor with isolation "%s"', (isolation) => {
  const processors: WorkerBatchProcessor[] = [];
  afterEach(() => Promise.all(processors.splice(0).map((processor) => processor.close())));
  const begunFile = join(tmpdir(), `begun-${randomUUID()}`);
  const untilBegun = (): Promise<void> => until('the batch has begun', () => existsSync(begunFile));
  afterEach(() => rm(begunFile, { force: true }));

  const start = async (options: Partial<WorkerBatchProcessorOptions> = {}): Promise<WorkerBatchProcessor> => {
    const logger = { log: () => undefined, warn: () => undefined };
    const processor = await WorkerBatchProcessor.start('letters', {
      module: moduleOf('letters'),
      isolation,
      respawnDelayMs: 10,
      logger,
      ...options,
    });
    processors.push(processor);
    return processor;
  };
  const run = (
    processor: WorkerBatchProcessor,
    requests: readonly unknown[],
    { signal, abortNotice }: Pick<BatchContext, 'signal' | 'abortNotice'> = new AbortController(),
  ): Promise<readonly unknown[]> => {
    const { length: batchSize } = requests;
    const context = { batchId: 7, batchSize, paddedBatchSize: 8, signal, abortNotice };
    return processor.processBatch(requests, context);
  };
  const faultsOf = async (options: Partial<WorkerBatchProcessorOptions>): Promise<InvalidConfigError> => {
    const error: unknown = await start(options).catch((reason: unknown) => reason);
    if (!(error instanceof InvalidConfigError)) throw error;
    return error;
  };

  it('runs batches elsewhere, with their context', async () => {
    const processor = await start();
    const results = await run(processor, [{ letter: 'a' }, { context: 1 }, { place: 1 }]);
    expect(results.slice(0, 2)).toEqual(['A', { batchId: 7, batchSize: 3, paddedBatchSize: 8 }]);
    const place = results[2] as { pid: number; threadId: number };
    if (isolation === 'process') expect(place.pid).not.toBe(process.pid);
    else expect(place).toMatchObject({ pid: process.pid, threadId: expect.any(Number) as number });
  });

  it('awaits results that are promises, each of which may fail alone', async () => {
    const processor = await start({ module: moduleOf('promises') });
    const spoiled = expect.objectContaining({ message: 'b is spoiled' }) as Error;
    expect(await run(processor, ['a', 'b', 'c'])).toEqual(['A', spoiled, 'C']);
  });

  it('runs a module whose default export is a function, named by its URL', async () => {
    const processor = await start({ module: pathToFileURL(resolve(moduleOf('default'))) });
    expect(await run(processor, [1, 2])).toEqual([2, 3]);
  });

  it('puts the error of a request in its place, as it was', async () => {
    const processor = await start();
    const [letter, error, invalid] = await run(processor, [
      { letter: 'a' },
      { error: 'E_LETTER' },
      { invalid: 'no letter' },
    ]);
    expect(letter).toBe('A');
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'RangeError',
      message: 'failed with E_LETTER',
      code: 'E_LETTER',
      cause: { name: 'TypeError', message: 'the cause', code: 'CAUSE' },
    });
    expect(invalid).toBeInstanceOf(InvalidRequestError);
    expect(invalid).toMatchObject({ message: 'no letter' });
  });

  it('puts the error of a request in its place, also one of another realm', async () => {
    const [error, letter] = await run(await start(), [{ foreignError: 'far' }, { letter: 'a' }]);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: 'RangeError', message: 'far' });
    expect(letter).toBe('A');
  });

  it('fails as a whole with what was thrown, and goes on', async () => {
    const processor = await start();
    await expect(run(processor, [{ letter: 'a' }, { throw: 'E_ALL' }])).rejects.toMatchObject({
      name: 'RangeError',
      code: 'E_ALL',
      cause: { code: 'CAUSE' },
    });
    await expect(run(processor, [{ throwInvalid: 'no' }])).rejects.toThrow(InvalidRequestError);
    expect(await run(processor, [{ letter: 'a' }])).toEqual(['A']);
    expect(processor.getHealth()).toMatchObject({ isReady: true, details: { workers: { restarts: 0 } } });
  });

  it('refuses a request that cannot be copied, and runs the others', async () => {
    const processor = await start();
    const requests = [{ letter: 'a' }, { letter: () => 'b' }, { letter: 'c' }];
    const [first, uncopyable, last] = await run(processor, requests);
    expect([first, last]).toEqual(['A', 'C']);
    expect(uncopyable).toBeInstanceOf(InvalidRequestError);
    expect((uncopyable as Error).message).toMatch(
      /^Processor "letters": the request cannot be copied into a worker: .* could not be cloned\. Send plain data\.$/,
    );
    expect(await run(processor, [() => undefined])).toEqual([expect.any(InvalidRequestError)]);
  });

  it('goes by what a worker of its kind can copy', async () => {
    const processor = await start();
    const results = await run(processor, [
      { length: new SharedArrayBuffer(4) },
      { letter: () => 'b' },
      { letter: 'c' },
    ]);
    const refused = expect.any(InvalidRequestError) as Error;
    expect(results).toEqual([isolation === 'thread' ? 4 : refused, refused, 'C']);
  });

  it('leaves it to the batcher to refuse too few results, but never gives one to another request', async () => {
    const processor = await start({ module: moduleOf('miscounting') });
    expect(await run(processor, ['no list'])).toBe('no list');
    expect(await run(processor, [1, 2, 3])).toEqual([2, 3]);
    await expect(run(processor, [1, () => 2, 3])).rejects.toMatchObject({
      code: 'RESPONSE_COUNT_MISMATCH',
    });
  });

  it('says what a module has returned that is no list and cannot be copied', async () => {
    const processor = await start({ module: moduleOf('miscounting') });
    await expect(run(processor, ['a generator', 2])).rejects.toThrow(
      'processBatch returned an object, which cannot leave the worker; return an array of 2 results, one for each request',
    );
  });

  it.each(['ready', null, { type: 'warm' }])(
    'pays no heed to what a module says by itself (%j)',
    async (message) => {
      const processor = await start();
      expect((await run(processor, [{ say: message }, { letter: 'a' }]))[1]).toBe('A');
    },
  );

  it('has an error in place of a result that cannot be copied, and all other results', async () => {
    const processor = await start();
    const results = await run(processor, [
      { letter: 'a' },
      { uncopyable: 1 },
      { error: 'E' },
      { letter: 'c' },
    ]);
    expect([results[0], results[3]]).toEqual(['A', 'C']);
    expect(results[1]).toMatchObject({
      message: expect.stringMatching(
        /^The result cannot be copied out of the worker: .* could not be cloned\. Return plain data\.$/,
      ) as string,
    });
    expect(results[2]).toMatchObject({ code: 'E' });
  });

  // Somewhere among these what can be written cannot be read any more.
  const depths = [1000, 1700, 2000, 2300, 2600, 3000, 5000, 20_000];

  it('refuses a request that is nested too deeply, alone, and loses no worker', async () => {
    const processor = await start();
    for (const depth of depths) {
      let nested: unknown = null;
      for (let level = 0; level < depth; level += 1) nested = { nested };
      const [deep, letter] = await run(processor, [{ invalid: 'seen', nested }, { letter: 'a' }]);
      expect(deep).toBeInstanceOf(InvalidRequestError);
      expect(letter).toBe('A');
    }
    expect(processor.getHealth()).toMatchObject({ details: { workers: { live: 1, restarts: 0 } } });
  });

  it('refuses a result that is nested too deeply, alone, and loses no worker', async () => {
    const processor = await start();
    const fates = new Set<boolean>();
    for (const depth of depths) {
      const [deep, letter, error] = await run(processor, [
        { nested: depth },
        { letter: 'a' },
        { error: 'E' },
      ]);
      fates.add(deep instanceof Error);
      expect(letter).toBe('A');
      expect(error).toMatchObject({ code: 'E' });
    }
    expect([...fates]).toEqual([false, true]);
    expect(processor.getHealth()).toMatchObject({ details: { workers: { live: 1, restarts: 0 } } });
  });

  it('runs no batch twice for a result that is nested too deeply, if there are no retries', async () => {
    const processor = await start({ retries: 0 });
    const failures: unknown[] = [];
    for (const depth of depths) {
      await run(processor, [{ nested: depth }, { letter: 'a' }]).catch((error: unknown) =>
        failures.push(error),
      );
    }
    expect(failures[0]).toMatchObject({ message: expect.stringContaining('cannot be read') as string });
    expect(await run(processor, [{ letter: 'a' }])).toEqual(['A']);
  });

  it('does not take a large buffer along for a small view into it', async () => {
    const processor = await start();
    const [answer] = await run(processor, [new Uint8Array(MEGABYTE).subarray(0, 4)]);
    expect(answer).toMatchObject({ length: 4 });
    // Node lays small ones of a process into a larger one, yet of its own.
    expect((answer as { ofBytes: number }).ofBytes).toBeLessThan(MEGABYTE / 2);
  });

  it('does not bring a large buffer back for a result that is a small view into it', async () => {
    const processor = await start();
    const [part] = await run(processor, [{ partOf: MEGABYTE }]);
    expect(part).toHaveLength(4);
    expect((part as Uint8Array).buffer.byteLength).toBeLessThan(MEGABYTE / 2);
  });

  it('takes options as environment variables have them', async () => {
    const processor = await start({ instances: '2' as never });
    expect(processor.concurrentBatches).toBe(2);
  });

  it('keeps nothing of the batches that it has answered', async () => {
    const processor = await start();
    const heapAfter = async (batches: number): Promise<number> => {
      for (let batch = 0; batch < batches; batch += 1) await run(processor, [{ letter: 'a' }]);
      return (await run(processor, [{ heap: 1 }]))[0] as number;
    };
    await heapAfter(5000);
    const sizes = [await heapAfter(0)];
    for (let round = 0; round < 3; round += 1) sizes.push(await heapAfter(20_000));
    const grown = sizes.slice(1).map((size, round) => size - sizes[round]!);
    // 60 bytes kept for each batch would be more in each round; what is compiled meanwhile, or freed late, is in some.
    expect(Math.min(...grown)).toBeLessThan(MEGABYTE);
  });

  it.each(['object-default.processor.js', 'creator-default.processor.js', 'creator-whole.processor.cjs'])(
    'runs a module of any shape (%s)',
    async (file) => {
      const processor = await start({ module: join('test', 'worker', 'processors', file), workerData: 2 });
      expect(await run(processor, [1, 2])).toEqual([2, 4]);
    },
  );

  it.each(['class.processor.js', 'class-compiled.processor.cjs'])(
    'refuses the class that is the default of %s, at the start',
    async (file) => {
      const { faults } = await faultsOf({ module: join('test', 'worker', 'processors', file) });
      expect(faults).toEqual([
        {
          field: 'module',
          problem: expect.stringMatching(
            /exports no processor;.*"default" is a class, which is not enough/,
          ) as string,
        },
      ]);
    },
  );

  it('tells the processor that nobody waits any more', async () => {
    const processor = await start();
    const controller = new AbortController();
    const results = run(processor, [{ untilAborted: begunFile }], controller);
    await untilBegun();
    controller.abort();
    expect(await results).toEqual(['left']);
  });

  it('tells it also where the batch has a notice, which is cheaper than a signal', async () => {
    const processor = await start();
    const abortNotice = new AbortState();
    const { signal } = new AbortController();
    const results = run(processor, [{ untilAborted: begunFile }], { signal, abortNotice });
    await untilBegun();
    abortNotice.abort();
    expect(await results).toEqual(['left']);
  });

  it('tells the processor by a notice, too', async () => {
    const processor = await start();
    const controller = new AbortController();
    const results = run(processor, [{ untilNoticed: begunFile }], controller);
    await untilBegun();
    controller.abort();
    expect(await results).toEqual(['left']);
  });

  // A process prints its stack; of a thread nobody would know where it failed.
  const exitCode1 = /^it ended with exit code 1$/;
  it.each([
    [
      { uncaught: 'oh' },
      { thread: /^it failed \(oh, at file:.*letters\.processor\.js:\d+:\d+\)$/, process: exitCode1 },
    ],
    [{ uncaught: 'nothing' }, { thread: /^it failed \(undefined\)$/, process: exitCode1 }],
    [{ exit: 3 }, { thread: /exit code 3$/, process: /exit code 3$/ }],
  ])(
    'replaces a worker that ends by %j, and says that it has ended, and why, once no retry is left',
    async (request, reasons) => {
      const processor = await start({ retries: 1 });
      const ended = { code: 'WORKER_ENDED', isRetryable: true };
      await expect(run(processor, [request])).rejects.toMatchObject(ended);
      await until('the worker is back', () => processor.concurrentBatches === 1);
      expect(await run(processor, [{ letter: 'a' }])).toEqual(['A']);
      const lastEndReason = expect.stringMatching(reasons[isolation]) as string;
      const workers = { live: 1, restarts: 2, quarantined: 0, lastEndReason };
      expect(processor.getHealth()).toMatchObject({ isReady: true, details: { workers } });
    },
  );

  it('ends a worker that hangs in an endless loop at runTimeoutMs, and replaces it', async () => {
    const processor = await start({ runTimeoutMs: 1000 });
    await expect(run(processor, [{ loop: 1 }])).rejects.toMatchObject({
      code: 'RUN_TIMED_OUT',
      runTimeoutMs: 1000,
    });
    await until('the worker is back', () => processor.concurrentBatches === 1);
    expect(await run(processor, [{ letter: 'a' }])).toEqual(['A']);
    const workers = { quarantined: 0, restarts: 1 };
    await until('the old one is gone', () => processor.getHealth().details?.['workers'] !== undefined);
    expect(processor.getHealth()).toMatchObject({ details: { workers } });
  });

  it('does not give up a worker whose answer lies unread since this process was held up', async () => {
    const processor = await start({ runTimeoutMs: 500 });
    const results = run(processor, [{ sleep: 100 }, { letter: 'a' }]);
    // What follows runs where files are read, after which timers come, and only then what workers have sent.
    await stat(moduleOf('letters'));
    const endAtMs = performance.now() + 1500;
    while (performance.now() < endAtMs);
    expect(await results).toEqual(['slept', 'A']);
    expect(processor.getHealth()).toMatchObject({ details: { workers: { restarts: 0, quarantined: 0 } } });
  });

  it('lets a batch finish that has begun before it is closed, however large its results are', async () => {
    const processor = await start();
    const results = run(processor, [{ sleep: 50 }, { bytes: 16 * MEGABYTE }]);
    await processor.close();
    const [slept, bytes] = await results;
    expect(slept).toBe('slept');
    const expected = new Uint8Array(16 * MEGABYTE).fill(7);
    expect(Buffer.compare(bytes as Uint8Array, expected)).toBe(0);
    await expect(run(processor, [{ letter: 'a' }])).rejects.toMatchObject({ code: 'BATCHER_CLOSED' });
    expect(processor.getHealth()).toMatchObject({ isReady: false, reason: 'The workers have been stopped.' });
  });

  it('leaves no worker behind when it is closed', async () => {
    const processor = await start({ instances: 2 });
    const pids = await findWorkerProcesses(process.pid);
    expect(pids).toHaveLength(isolation === 'process' ? 2 : 0);
    await run(processor, [{ leaveTimer: 1 }]);
    await processor.close();
    expect(pids.filter(isThere)).toEqual([]);
  });

  it.each([
    'closing-default.processor.js',
    'closing-default-compiled.processor.cjs',
    'closing-whole.processor.cjs',
  ])('calls the close() of %s when it is closed', async (file) => {
    const processor = await start({ module: join('test', 'worker', 'processors', file) });
    expect(await run(processor, [begunFile])).toEqual([begunFile]);
    expect(existsSync(begunFile)).toBe(false);
    await processor.close();
    expect(existsSync(begunFile)).toBe(true);
  });

  it.each(['hangs', 'throws'])(
    'ends although its close() %s',
    async (closing) => {
      const processor = await start({ workerData: { closing } });
      expect(await run(processor, [{ letter: 'a' }])).toEqual(['A']);
      await processor.close();
    },
    20_000,
  );

  it('does not wait for ever for a batch that nobody waits for', async () => {
    const processor = await start();
    const controller = new AbortController();
    const results = run(processor, [{ never: begunFile }], controller).catch((error: unknown) => error);
    await untilBegun();
    controller.abort();
    await processor.close();
    expect(await results).toMatchObject({ name: 'AbortError' });
  }, 20_000);

  describe('a start', () => {
    it.each([
      [
        'that throws',
        { module: moduleOf('throwing') },
        'module',
        /no dictionary \(.*throwing\.processor\.js:1:7\)/,
      ],
      [
        'that never ends',
        { module: moduleOf('endless'), startTimeoutMs: 1000 },
        'module',
        /not ready after the 1000 ms of startTimeoutMs/,
      ],
      [
        'of what exports no processor',
        { module: moduleOf('empty') },
        'module',
        /exports no processor; .* or as the default, or createProcessor.* with that method$/,
      ],
      [
        'of what is not there, counted from the working directory',
        { module: './missing.js' },
        'module',
        /missing\.js" does not exist; a relative path counts from \/.*, new URL\('\.\/missing\.js', import\.meta\.url\)/,
      ],
      ['of what is not there', { module: resolve('missing.js') }, 'module', /missing\.js" does not exist$/],
      ['of what is no file', { module: 'https://example.com/a.js' }, 'module', /path or file: URL/],
      ['of a URL with a host', { module: 'file://app/a.js' }, 'module', /this URL is none: .*host/],
      ['of another scheme', { module: new URL('data:text/javascript,1') }, 'module', /path or file: URL/],
      [
        'with data that cannot be copied',
        { workerData: { words: ['a'], lookUp: () => undefined } },
        'workerData.lookUp',
        /plain data, which can be copied/,
      ],
      [
        'with delays of which the longest is below the shortest',
        { respawnDelayMs: 200, maxRespawnDelayMs: 100 },
        'maxRespawnDelayMs',
        /received 100, but respawnDelayMs is 200/,
      ],
      [
        'with a logger that cannot warn',
        { logger: { log: () => undefined } as never },
        'logger',
        /an object with log and warn/,
      ],
    ])('%s fails, and names processor, field and reason', async (_, options, field, problem) => {
      const error = await faultsOf(options);
      expect(error.subject).toBe('processor "letters"');
      expect(error.faults).toEqual([{ field, problem: expect.stringMatching(problem) as string }]);
      expect(await findWorkerProcesses(process.pid)).toEqual([]);
    });

    it('of a module in TypeScript that Node does not run asks for the compiled one', async () => {
      // No Node runs this one, while newer ones run .ts.
      const module = join(tmpdir(), `words-${randomUUID()}.tsx`);
      await writeFile(module, 'export const processBatch = (requests: string[]) => requests;');
      const { faults } = await faultsOf({ module }).finally(() => rm(module));
      expect(faults[0]?.problem).toMatch(
        /Unknown file extension ".tsx".*give the \.js that it is compiled to$/,
      );
    });

    it('with shared memory goes by what a worker of its kind can copy', async () => {
      const started = start({ workerData: { closing: new SharedArrayBuffer(4) } });
      if (isolation === 'thread') await started;
      else await expect(started).rejects.toMatchObject({ faults: [{ field: 'workerData.closing' }] });
    });

    it.each([undefined, null, 'letters.processor.js', []])('without options fails: %j', async (options) => {
      const started = WorkerBatchProcessor.start('letters', options as never);
      await expect(started).rejects.toMatchObject({ code: 'INVALID_CONFIG', faults: [{ field: 'options' }] });
    });

    it('tells all faults of the options at once', async () => {
      const error = await faultsOf({ module: '', instances: 0, retries: 99 });
      expect(error.faults.map(({ field }) => field).sort()).toEqual(['instances', 'module', 'retries']);
    });
  });
});
