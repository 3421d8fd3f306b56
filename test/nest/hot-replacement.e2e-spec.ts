import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

/** What `hot-replacement.js` prints. */
interface Report {
  readonly rounds: readonly {
    readonly answered: readonly string[];
    readonly resources: Readonly<Record<string, number>>;
    readonly listeners: Readonly<Record<string, number>>;
    readonly threads: number;
  }[];
  readonly warnings: readonly string[];
  readonly classesLeftInMemory: number;
}

/** More than the listeners of one event that Node takes without a warning. */
const VERSIONS = 12;

describe('an app that hot module replacement has started again and again in one process', () => {
  let report: Report;

  beforeAll(async () => {
    const program = resolve('dist/test/programs/hot-replacement.js');
    // Rejects if the process does not end by itself.
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--expose-gc', program, String(VERSIONS)],
      { timeout: 30_000 },
    );
    report = JSON.parse(stdout) as Report;
  });

  it('answers what each version has accepted, while the next one starts on its port', () => {
    expect(report.rounds.map(({ answered }) => answered)).toEqual(
      Array.from({ length: VERSIONS }, (_, index) => [`answer of version ${index + 1}`]),
    );
  });

  it('leaves no timer, connection, worker or listener of an old version', () => {
    const [first, ...others] = report.rounds.slice(0, -1);
    expect(first?.resources).toMatchObject({ TCPServerWrap: 1 });
    expect(first?.listeners).toMatchObject({ SIGTERM: 1, SIGINT: 1 });
    // That of the next version.
    expect(first?.threads).toBe(1);
    for (const { answered: _answered, ...left } of others)
      expect({ answered: first?.answered, ...left }).toEqual(first);
  });

  it('leaves nothing at all after the last version', () => {
    const last = report.rounds.at(-1);
    expect(last?.threads).toBe(0);
    expect(last?.resources).not.toHaveProperty('TCPServerWrap');
    expect(last?.resources).not.toHaveProperty('Timeout');
    expect(last?.listeners).not.toHaveProperty('SIGTERM');
    expect(last?.listeners).not.toHaveProperty('SIGINT');
    expect(report.warnings).toEqual([]);
  });

  it('lets the classes of old versions go', () => {
    // The program itself holds the module and the processor of the last version.
    expect(report.classesLeftInMemory).toBeLessThanOrEqual(2);
  });
});
