import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { NOT_RUN_REASONS } from '../programs/backend-testdata/not-run.error.js';

interface Answer {
  readonly run: readonly { readonly name: string; readonly form: string; readonly problem?: string }[];
  readonly notRun: readonly { readonly name: string; readonly reason: string; readonly detail: string }[];
}

/** ONNX's backend tests, as Debian packs them. */
const TESTS = '/usr/share/libonnx-testdata/data';

/** What is reached. A change that falls below has lost something; one that adds a type may raise it. */
const LEAST_BY_FORM = {
  'its first axis is the batch': 666,
  'a Scan over a batch of whole inputs': 278,
};

// Where the continuous integration has lost the package, the test shall fail and not fall silent.
const isSkipped = !existsSync(TESTS) && process.env['CI'] !== 'true';
const withTests = isSkipped ? describe.skip : describe;
if (isSkipped)
  console.warn(
    `ONNX's backend tests are skipped: ${TESTS} is missing (Debian: apt-get install libonnx-testdata).`,
  );

withTests('OnnxModel, with the backend tests of ONNX', () => {
  let answer: Answer;

  beforeAll(async () => {
    const program = join('dist', 'test', 'programs', 'backend-testdata', 'run-backend-testdata.js');
    const { stdout } = await promisify(execFile)(process.execPath, [program, TESTS], { maxBuffer: 2 ** 26 });
    answer = JSON.parse(stdout) as Answer;
  }, 240_000);

  it('gives what ONNX expects, to each row alone and to each of several in a batch', () => {
    expect(answer.run.filter(({ problem }) => problem !== undefined)).toEqual([]);
  });

  it('runs as many as it ever did', () => {
    for (const [form, least] of Object.entries(LEAST_BY_FORM)) {
      expect(answer.run.filter((one) => one.form === form).length).toBeGreaterThanOrEqual(least);
    }
    expect(answer.run.length + answer.notRun.length).toBeGreaterThanOrEqual(1072);
  });

  it('has a known reason for each that it does not run', () => {
    const unknown = answer.notRun.filter(
      ({ reason }) => !(NOT_RUN_REASONS as readonly string[]).includes(reason),
    );
    expect(unknown).toEqual([]);
  });
});
